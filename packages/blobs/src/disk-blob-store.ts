import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError, type Clock, type Random, randomHex, systemClock, systemRandom } from '@holdfast/base';
import type { BlobDrafts } from './blob-drafts.ts';
import type { BlobId, BlobStat, BlobStore, ByteRange } from './blob-store.ts';
import { clipRange } from './clip-range.ts';
import { DiskDrafts } from './disk-drafts.ts';
import { HashedWriter } from './hashed-writer.ts';
import { interruptible } from './interruptible.ts';
import { syncFolder } from './sync-folder.ts';
import { fsErrorCode, translateFsError } from './translate-fs-error.ts';

/** How to open a store on disk. */
export interface DiskBlobStoreOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  /** Bytes of the disk that are never filled with blobs. */
  readonly reserveBytes?: number;
}

/** Larger reads are hardly quicker, and leave more memory behind until the collector comes. */
const readSize = 256 * 1024;

/** Enough for the write-ahead log of the metadata and for a sweep. */
const defaultReserve = 16 << 20;

/**
 * Blobs as files `ab/abcdef…` below one folder, `ab` being the first two digits of the id, written first to `tmp/`
 * (docs/formats/blobs.md). The age of a blob is the file's modification time.
 */
export class DiskBlobStore implements BlobStore {
  readonly #root: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #reserve: number;
  readonly #folders = new Set<string>();
  readonly drafts: BlobDrafts;

  /**
   * Makes the folder when it is missing and removes what an earlier process left unfinished. Only the process
   * that holds the data folder may do this.
   */
  constructor(root: string, options: DiskBlobStoreOptions = {}) {
    this.#root = root;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#reserve = options.reserveBytes ?? defaultReserve;
    const temporary = join(root, 'tmp');
    mkdirSync(temporary, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(temporary))
      rmSync(join(temporary, name), { force: true, recursive: true });
    this.drafts = new DiskDrafts(join(root, 'drafts'), {
      requireRoom: (bytes) => this.requireRoom(bytes),
      adopt: async (file, path, id, size) => {
        if (!(await this.#place(file, path, id, size))) await unlink(path);
      },
    });
  }

  async requireRoom(bytes: number): Promise<void> {
    // Synchronous: it takes microseconds, a hop to the thread pool ten times that.
    const { bavail, bsize } = statfsSync(this.#root);
    if (bavail * bsize < bytes + this.#reserve) throw new AppError('disk-full');
  }

  async put(
    bytes: AsyncIterable<Uint8Array>,
    options: { expect?: BlobId; signal?: AbortSignal } = {},
  ): Promise<{ id: BlobId; size: number }> {
    const temporary = join(this.#root, 'tmp', randomHex(this.#random, 16));
    let file: FileHandle | undefined;
    let moved = false;
    try {
      file = await open(temporary, 'wx', 0o600);
      const source = options.signal === undefined ? bytes : interruptible(bytes, options.signal);
      const hash = createHash('sha256');
      const writer = new HashedWriter(file, hash, () => this.requireRoom(0));
      await writer.addAll(source);
      await writer.flush();
      const id = hash.digest('hex') as BlobId;
      if (options.expect !== undefined && options.expect !== id) {
        throw new AppError('checksum-mismatch', { expected: options.expect, actual: id });
      }
      moved = await this.#place(file, temporary, id, writer.size);
      return { id, size: writer.size };
    } catch (error) {
      throw translateFsError(error);
    } finally {
      await file?.close();
      if (!moved) await unlink(temporary).catch(() => undefined);
    }
  }

  async open(id: BlobId, range?: ByteRange): Promise<Readable> {
    const file = await this.#openFile(id);
    try {
      const size = (await file.stat()).size;
      const part = range === undefined ? {} : clipRange(range, size);
      return file.createReadStream({ ...part, highWaterMark: readSize });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async stat(id: BlobId): Promise<BlobStat | undefined> {
    try {
      const { size, mtimeMs } = await stat(this.#pathOf(id));
      return { id, size, storedAt: Math.round(mtimeMs) };
    } catch (error) {
      if (fsErrorCode(error) === 'ENOENT') return undefined;
      throw translateFsError(error);
    }
  }

  async *list(after?: BlobId): AsyncIterable<BlobStat> {
    const folders = (await readdir(this.#root)).filter((name) => /^[0-9a-f]{2}$/.test(name)).sort();
    for (const folder of folders) {
      if (after !== undefined && folder < after.slice(0, 2)) continue;
      const names = (await readdir(join(this.#root, folder))).filter(isBlobName).sort();
      for (const name of names) {
        if (after !== undefined && name <= after) continue;
        const found = await this.stat(name as BlobId);
        if (found !== undefined) yield found;
      }
    }
  }

  async remove(ids: readonly BlobId[], options: { storedBefore?: number } = {}): Promise<readonly BlobId[]> {
    // Synchronous, like `#renew`: nothing of this process can come between the look and the removal.
    return ids.filter((id) => {
      const path = this.#pathOf(id);
      try {
        if (options.storedBefore !== undefined && statSync(path).mtimeMs >= options.storedBefore)
          return false;
        unlinkSync(path);
        return true;
      } catch (error) {
        if (fsErrorCode(error) === 'ENOENT') return false;
        throw translateFsError(error);
      }
    });
  }

  /** Moves a file that is written to its place and makes that durable; false when the blob was there already. */
  async #place(file: FileHandle, path: string, id: BlobId, size: number): Promise<boolean> {
    const folder = await this.#folderOf(id);
    const fresh = !this.#renew(id, size);
    if (fresh) {
      const now = this.#clock.now() / 1000;
      await file.utimes(now, now);
      await file.sync();
      await rename(path, this.#pathOf(id));
    }
    // Also for a blob that was there: another put may have renamed it a moment ago.
    await syncFolder(folder);
    return fresh;
  }

  /** Renews a blob that is there whole; one of the wrong size is damaged and gets replaced. */
  #renew(id: BlobId, size: number): boolean {
    const path = this.#pathOf(id);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.size !== size) return false;
    const now = this.#clock.now() / 1000;
    utimesSync(path, now, now);
    return true;
  }

  async #openFile(id: BlobId): Promise<FileHandle> {
    try {
      return await open(this.#pathOf(id), 'r');
    } catch (error) {
      if (fsErrorCode(error) !== 'ENOENT') throw translateFsError(error);
      throw new AppError('store-damaged', { reason: 'a blob is missing', blob: id }, { cause: error });
    }
  }

  async #folderOf(id: BlobId): Promise<string> {
    const folder = join(this.#root, id.slice(0, 2));
    if (!this.#folders.has(folder)) {
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      if (made !== undefined) await syncFolder(this.#root);
      this.#folders.add(folder);
    }
    return folder;
  }

  #pathOf(id: BlobId): string {
    // Ids come from the database too: one that is no hash must never become a path.
    if (!isBlobName(id)) throw new AppError('store-damaged', { reason: 'not a blob id' });
    return join(this.#root, id.slice(0, 2), id);
  }
}

function isBlobName(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}
