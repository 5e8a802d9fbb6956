import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  open,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError, type Random, randomHex } from '@holdfast/base';
import type { StagedFile } from './folder.ts';
import { GatheredWriter } from './gathered-writer.ts';
import { stagePrefix } from './own-names.ts';
import { systemCodeOf } from './translate-error.ts';

const openFile = promisify(open);

/** How to stage. */
export interface StageOptions {
  readonly extra?: readonly ('SHA1' | 'MD5')[];
  readonly signal?: AbortSignal;
}

/** Files being written, in one hidden folder on the same disk as their targets. It exists only while needed. */
export class StageArea {
  readonly #parent: string;
  readonly #folder: string;
  #count = 0;
  readonly #live = new Set<string>();

  constructor(parent: string, random: Random) {
    this.#parent = parent;
    this.#folder = join(parent, `${stagePrefix}${randomHex(random, 6)}`);
  }

  /** Writes and hashes; resolves when the bytes are durable. Leaves nothing behind when it fails. */
  async write(
    bytes: AsyncIterable<Uint8Array> | Uint8Array,
    options: StageOptions = {},
  ): Promise<StagedFile> {
    const name = String(this.#count++);
    const path = join(this.#folder, name);
    // Before the folder is made, so that nobody takes it for empty meanwhile.
    this.#live.add(name);
    const fd = await this.#create(path).catch((error: unknown) => {
      this.forget(name);
      throw error;
    });
    const hashes = new Map(['sha256', ...(options.extra ?? [])].map((kind) => [kind, createHash(kind)]));
    const writer = new GatheredWriter(fd);
    let size = 0;
    try {
      for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
        options.signal?.throwIfAborted();
        for (const hash of hashes.values()) hash.update(chunk);
        await writer.add(chunk);
        size += chunk.byteLength;
      }
      options.signal?.throwIfAborted();
      await writer.finish();
    } catch (error) {
      await writer.settle();
      closeSync(fd);
      this.drop(name);
      throw error;
    }
    closeSync(fd);
    const hex = new Map([...hashes].map(([kind, hash]: [string, Hash]) => [kind, hash.digest('hex')]));
    const sha256 = hex.get('sha256') ?? '';
    const checksums = new Map((options.extra ?? []).map((kind) => [kind, hex.get(kind) ?? '']));
    return { size, sha256, checksums, handle: name };
  }

  /** Where a staged file lies. @throws AppError `local-unreadable` for one that is not there any more. */
  pathOf(staged: StagedFile): string {
    if (!this.#live.has(staged.handle)) {
      throw new AppError('local-unreadable', { message: 'The staged file is no longer there.' });
    }
    return join(this.#folder, staged.handle);
  }

  /** Removes a staged file, or what is left of its name after it was placed. */
  drop(name: string): void {
    this.#live.delete(name);
    try {
      unlinkSync(join(this.#folder, name));
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    }
    this.removeIfEmpty();
  }

  /** Tells that the file was renamed away. */
  forget(name: string): void {
    this.#live.delete(name);
    this.removeIfEmpty();
  }

  /** Removes the folder when nothing is staged. */
  removeIfEmpty(): void {
    if (this.#live.size > 0) return;
    try {
      rmdirSync(this.#folder);
    } catch (error) {
      const code = systemCodeOf(error);
      if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    }
  }

  /** Removes what interrupted runs have left. The files staged now stay. */
  async tidy(): Promise<void> {
    for (const name of readdirSync(this.#parent)) {
      if (!name.startsWith(stagePrefix)) continue;
      const path = join(this.#parent, name);
      if (path === this.#folder && this.#live.size > 0) continue;
      await rm(path, { recursive: true, force: true });
    }
  }

  /** Not synchronous: a new name waits for the file system's journal, which others are syncing at that moment. */
  async #create(path: string): Promise<number> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    try {
      return await openFile(path, flags, 0o666);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    }
    if (lstatSync(this.#parent, { throwIfNoEntry: false }) === undefined)
      throw new AppError('folder-missing');
    try {
      mkdirSync(this.#folder, { mode: 0o700 });
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    }
    return openFile(path, flags, 0o666);
  }
}
