import { createHash, type Hash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type FileHandle, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@holdfast/base';
import type { BlobDrafts, DraftStat } from './blob-drafts.ts';
import type { BlobId } from './blob-store.ts';
import { HashedWriter } from './hashed-writer.ts';
import { interruptible } from './interruptible.ts';
import { fsErrorCode, translateFsError } from './translate-fs-error.ts';

/** What a draft hashes to so far. */
interface Progress {
  readonly hash: Hash;
  readonly size: number;
}

/** What drafts need of the store they become blobs of. */
export interface DraftHost {
  requireRoom(bytes: number): Promise<void>;
  /** Moves a file of this hash to its place, durably. */
  adopt(file: FileHandle, path: string, id: BlobId, size: number): Promise<void>;
}

/** So many drafts are remembered with their hash; others are read again when they go on. */
const maxKnown = 64;

/**
 * Drafts as files `drafts/NAME`. The hash of one is kept while this process lives, so that a finished draft is not
 * read; after a restart it is computed from the file once.
 */
export class DiskDrafts implements BlobDrafts {
  readonly #folder: string;
  readonly #host: DraftHost;
  readonly #known = new Map<string, Progress>();

  constructor(folder: string, host: DraftHost) {
    this.#folder = folder;
    this.#host = host;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  async size(name: string): Promise<number> {
    return (await this.#stat(name))?.size ?? 0;
  }

  async append(
    name: string,
    from: number,
    bytes: AsyncIterable<Uint8Array>,
    options: { signal?: AbortSignal } = {},
  ): Promise<number> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.#pathOf(name), 'a+', 0o600);
      const { size } = await file.stat();
      if (size !== from) throw new AppError('conflict', { size });
      const hash = await this.#hashOf(name, file, size);
      this.#known.delete(name);
      const writer = new HashedWriter(file, hash, () => this.#host.requireRoom(0));
      try {
        await writer.addAll(options.signal === undefined ? bytes : interruptible(bytes, options.signal));
      } finally {
        await writer.flush();
        this.#remember(name, { hash, size: size + writer.size });
      }
      return size + writer.size;
    } catch (error) {
      throw translateFsError(error);
    } finally {
      await file?.close();
    }
  }

  async finish(name: string, expect: BlobId): Promise<{ id: BlobId; size: number }> {
    let file: FileHandle | undefined;
    try {
      const path = this.#pathOf(name);
      file = await open(path, 'r+');
      const { size } = await file.stat();
      const hash = await this.#hashOf(name, file, size);
      const id = hash.copy().digest('hex') as BlobId;
      if (id !== expect) throw new AppError('checksum-mismatch', { expected: expect, actual: id });
      await this.#host.adopt(file, path, id, size);
      this.#known.delete(name);
      return { id, size };
    } catch (error) {
      if (fsErrorCode(error) === 'ENOENT') throw new AppError('not-found', {}, { cause: error });
      throw translateFsError(error);
    } finally {
      await file?.close();
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.#known.delete(name);
      await unlink(this.#pathOf(name)).catch((error: unknown) => {
        if (fsErrorCode(error) !== 'ENOENT') throw translateFsError(error);
      });
    }
  }

  async *list(): AsyncGenerator<DraftStat> {
    for (const name of (await readdir(this.#folder)).sort()) {
      const found = isDraftName(name) ? await this.#stat(name) : undefined;
      if (found !== undefined && found.size > 0) yield found;
    }
  }

  async #stat(name: string): Promise<DraftStat | undefined> {
    try {
      const { size, mtimeMs } = await stat(this.#pathOf(name));
      return { name, size, changedAt: Math.round(mtimeMs) };
    } catch (error) {
      if (fsErrorCode(error) === 'ENOENT') return undefined;
      throw translateFsError(error);
    }
  }

  async #hashOf(name: string, file: FileHandle, size: number): Promise<Hash> {
    const known = this.#known.get(name);
    if (known?.size === size) return known.hash;
    const hash = createHash('sha256');
    const stream = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 });
    for await (const chunk of stream) hash.update(chunk as Buffer);
    return hash;
  }

  #remember(name: string, progress: Progress): void {
    this.#known.set(name, progress);
    if (this.#known.size <= maxKnown) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }

  #pathOf(name: string): string {
    if (!isDraftName(name)) throw new AppError('bad-value', { reason: 'not a name of a draft' });
    return join(this.#folder, name);
  }
}

function isDraftName(name: string): boolean {
  return /^[a-z0-9-]{1,64}$/.test(name);
}
