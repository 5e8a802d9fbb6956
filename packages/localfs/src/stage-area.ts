import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
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
import { AppError, type Clock, isAppError, type Random, randomHex } from '@holdfast/base';
import type { StagedFile } from './folder.ts';
import { GatheredWriter } from './gathered-writer.ts';
import { stagePrefix } from './own-names.ts';
import {
  hashPartial,
  openPartial,
  partialFolder,
  partialNameOf,
  prunePartials,
  removeEmptyPartials,
} from './partial-files.ts';
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
  readonly #clock: Clock;
  readonly #folder: string;
  #count = 0;
  readonly #live = new Set<string>();

  constructor(parent: string, clock: Clock, random: Random) {
    this.#parent = parent;
    this.#clock = clock;
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
    const hashes = hashesFor(options);
    let size: number;
    try {
      size = await fill(fd, bytes instanceof Uint8Array ? [bytes] : bytes, hashes, options.signal);
    } catch (error) {
      closeSync(fd);
      this.drop(name);
      throw error;
    }
    closeSync(fd);
    return stagedFile(name, size, hashes);
  }

  /** As `write`; what has come when it breaks off is kept under `key`, and `open` is asked for the rest. */
  async writeFrom(
    key: string,
    open: (from: number) => AsyncIterable<Uint8Array>,
    options: StageOptions = {},
  ): Promise<StagedFile> {
    const handle = join('..', partialFolder, partialNameOf(key));
    // The same content twice at the same time.
    if (this.#live.has(handle)) return await this.write(open(0), options);
    this.#live.add(handle);
    let fd: number | undefined;
    try {
      this.#prunePartials();
      fd = openPartial(this.#parent, partialNameOf(key));
      const hashes = hashesFor(options);
      const had = await hashPartial(fd, hashes.values(), options.signal);
      const size = had + (await fill(fd, open(had), hashes, options.signal, 'keep'));
      closeSync(fd);
      return stagedFile(handle, size, hashes);
    } catch (error) {
      const empty = fd === undefined || fstatSync(fd).size === 0;
      if (fd !== undefined) closeSync(fd);
      // What is kept must not be what fills the disk, nor a part of what is no more.
      if (empty || isDiskFull(error) || isAppError(error, 'target-changed', 'not-found')) this.drop(handle);
      else this.#live.delete(handle);
      throw error;
    }
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
    if (isPartial(name)) removeEmptyPartials(this.#parent);
    this.removeIfEmpty();
  }

  /** Tells that the file was renamed away. */
  forget(name: string): void {
    this.#live.delete(name);
    if (isPartial(name)) removeEmptyPartials(this.#parent);
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

  /** Removes what interrupted runs have left, but for what can be gone on with. The files staged now stay. */
  async tidy(): Promise<void> {
    this.#prunePartials();
    for (const name of readdirSync(this.#parent)) {
      if (!name.startsWith(stagePrefix) || name === partialFolder) continue;
      const path = join(this.#parent, name);
      if (path === this.#folder && this.#live.size > 0) continue;
      await rm(path, { recursive: true, force: true });
    }
  }

  #prunePartials(): void {
    prunePartials(this.#parent, this.#clock, (name) => this.#live.has(join('..', partialFolder, name)));
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

/**
 * Writes and hashes; resolves with how much that was, when it is durable. When it rejects nothing is on its way any
 * more; with `keep` what has come until then is written.
 */
async function fill(
  fd: number,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  hashes: ReadonlyMap<string, Hash>,
  signal: AbortSignal | undefined,
  onBreak: 'drop' | 'keep' = 'drop',
): Promise<number> {
  const writer = new GatheredWriter(fd);
  let size = 0;
  try {
    for await (const chunk of bytes) {
      signal?.throwIfAborted();
      for (const hash of hashes.values()) hash.update(chunk);
      await writer.add(chunk);
      size += chunk.byteLength;
    }
    signal?.throwIfAborted();
    await writer.finish();
    return size;
  } catch (error) {
    if (onBreak === 'keep') await writer.finish().catch(() => {});
    await writer.settle();
    throw error;
  }
}

function hashesFor({ extra = [] }: StageOptions): Map<string, Hash> {
  return new Map(['sha256', ...extra].map((kind) => [kind, createHash(kind)]));
}

function stagedFile(handle: string, size: number, hashes: ReadonlyMap<string, Hash>): StagedFile {
  const checksums = new Map<'SHA1' | 'MD5', string>();
  let sha256 = '';
  for (const [kind, hash] of hashes) {
    if (kind === 'SHA1' || kind === 'MD5') checksums.set(kind, hash.digest('hex'));
    else sha256 = hash.digest('hex');
  }
  return { size, sha256, checksums, handle };
}

function isPartial(handle: string): boolean {
  return handle.startsWith('..');
}

function isDiskFull(error: unknown): boolean {
  const code = systemCodeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}
