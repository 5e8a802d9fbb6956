import { createHash, type Hash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type Random, randomHex, systemRandom } from '@holdfast/base';
import { type BlobId, DiskBlobStore, syncFolder } from '@holdfast/blobs';
import { openDb, row, run } from '@holdfast/db';
import { entryNames, parseManifest, parseTrailer } from './backup-format.ts';
import { readTar, type TarEntry } from './tar.ts';

/** How to restore a backup. */
export interface RestoreOptions {
  readonly file: string;
  /** The data folder to make; it must be missing or empty. */
  readonly directory: string;
  readonly random?: Random;
  readonly onProgress?: (progress: {
    readonly bytes: number;
    readonly blobs: number;
    readonly totalBlobs: number;
  }) => void;
  readonly signal?: AbortSignal;
}

/** What was restored. */
export interface RestoreReport {
  readonly instanceId: string;
  readonly epoch: string;
  readonly blobs: number;
}

/** Small entries are read into memory; none is larger. */
const smallEntry = 1 << 20;
/** Node ids that the lost store may have given out since the backup are never given again. */
const skippedIds = 1_000_000;

/**
 * Makes a data folder out of a backup: the same trees with the same node ids and the same instance id, and a new
 * epoch, by which clients know. Every byte is verified against its hash first; until all of it is, the folder holds
 * no database. When it fails, everything it made is removed.
 * @throws AppError `data-not-empty`, `backup-damaged`, `data-too-new`, `disk-full`.
 */
export async function restoreStore(options: RestoreOptions): Promise<RestoreReport> {
  const { directory } = options;
  const existed = existsSync(directory);
  if (existed && (await readdir(directory)).length > 0) throw new AppError('data-not-empty', { directory });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    return await restoreInto(options);
  } catch (error) {
    for (const name of await readdir(directory))
      await rm(join(directory, name), { recursive: true, force: true });
    if (!existed) await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function restoreInto(options: RestoreOptions): Promise<RestoreReport> {
  const { directory } = options;
  const database = join(directory, 'metadata.db.restoring');
  const blobs = new DiskBlobStore(join(directory, 'blobs'));
  const list = new EntryList();
  let totalBlobs = 0;
  let restored = 0;
  let bytes = 0;
  let complete = false;
  for await (const entry of readTar(createReadStream(options.file, { highWaterMark: 1 << 20 }))) {
    options.signal?.throwIfAborted();
    if (list.count === 0 && entry.name !== entryNames.manifest) {
      throw new AppError('backup-damaged', { message: 'This file is not a backup of Holdfast.' });
    }
    if (entry.name === entryNames.manifest) {
      totalBlobs = parseManifest((await list.read(entry)).toString()).blobs;
    } else if (entry.name === entryNames.database) {
      await writeFileSynced(database, list.pass(entry));
    } else if (entry.name.startsWith(entryNames.extra)) {
      await restoreExtra(directory, entry, list);
    } else if (entry.name.startsWith(entryNames.blobs)) {
      await restoreBlob(blobs, entry, list);
      restored++;
    } else if (entry.name === entryNames.trailer) {
      list.verify((await readSmall(entry)).toString());
      complete = true;
    }
    bytes += entry.size;
    options.onProgress?.({ bytes, blobs: restored, totalBlobs });
  }
  if (!complete || restored !== totalBlobs || !existsSync(database)) {
    throw new AppError('backup-damaged', { reason: 'parts are missing' });
  }
  const identity = await beginEpoch(database, options.random ?? systemRandom);
  await rename(database, join(directory, 'metadata.db'));
  await syncFolder(directory);
  return { ...identity, blobs: restored };
}

async function restoreBlob(blobs: DiskBlobStore, entry: TarEntry, list: EntryList): Promise<void> {
  const id = entry.name.slice(entryNames.blobs.length) as BlobId;
  try {
    await blobs.put(list.pass(entry), { expect: id });
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'checksum-mismatch')) throw error;
    throw new AppError('backup-damaged', { reason: `blob ${id} is damaged` }, { cause: error });
  }
}

async function restoreExtra(directory: string, entry: TarEntry, list: EntryList): Promise<void> {
  const name = entry.name.slice(entryNames.extra.length);
  // Whoever made the archive must not be able to write anywhere else.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new AppError('backup-damaged', { reason: 'a bad name' });
  const content = await list.read(entry);
  await writeFileSynced(join(directory, name), [content]);
}

async function beginEpoch(database: string, random: Random): Promise<{ instanceId: string; epoch: string }> {
  const db = await openDb({ path: database, random });
  try {
    const damage = await db.verify();
    if (damage.length > 0) throw new AppError('backup-damaged', { reason: damage[0] });
    const epoch = randomHex(random, 6);
    const instanceId = await db.write(async (query) => {
      await run(query, `UPDATE meta SET value = ? WHERE key = 'epoch'`, epoch);
      await run(query, `UPDATE sqlite_sequence SET seq = seq + ${skippedIds} WHERE name = 'nodes'`);
      await run(query, 'DELETE FROM locks');
      const meta = await row<{ value: string }>(query, `SELECT value FROM meta WHERE key = 'instance_id'`);
      return meta?.value ?? '';
    });
    return { instanceId, epoch };
  } finally {
    await db.close();
  }
}

/** Keeps the hashes of the entries that were read, for the comparison with the trailer. */
class EntryList {
  readonly #all: Hash = createHash('sha256');
  count = 0;

  async *pass(entry: TarEntry): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    for await (const chunk of entry.bytes) {
      hash.update(chunk);
      yield chunk;
    }
    this.#all.update(`${hash.digest('hex')} ${entry.size} ${entry.name}\n`);
    this.count++;
  }

  read(entry: TarEntry): Promise<Buffer> {
    return readSmall({ ...entry, bytes: this.pass(entry) });
  }

  /** @throws AppError `backup-damaged`. */
  verify(text: string): void {
    const trailer = parseTrailer(text);
    if (trailer.entries !== this.count || trailer.sha256 !== this.#all.digest('hex')) {
      throw new AppError('backup-damaged', { reason: 'the entries do not fit the trailer' });
    }
  }
}

async function readSmall(entry: TarEntry): Promise<Buffer> {
  if (entry.size > smallEntry) throw new AppError('backup-damaged', { reason: `${entry.name} is too large` });
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry.bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function writeFileSynced(
  path: string,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of bytes) {
      for (let offset = 0; offset < chunk.byteLength; ) {
        offset += (await file.write(chunk, offset)).bytesWritten;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
