import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, type Clock, systemClock } from '@holdfast/base';
import { type BlobId, type BlobStore, syncFolder } from '@holdfast/blobs';
import { type Db, openDb, rows } from '@holdfast/db';
import { backupFormat, entryNames, type Manifest, type Trailer } from './backup-format.ts';
import { whileNothingIsSwept } from './store-lease.ts';
import { tarEnd, tarHeader, tarPadding } from './tar.ts';

/** How to make a backup. */
export interface BackupOptions {
  readonly db: Db;
  readonly blobs: BlobStore;
  /** The file to make; an older one of the same name is replaced once the new one is complete. */
  readonly to: string;
  /** Small files beside the database that belong to the store, such as keys: restored under the same name. */
  readonly extraFiles?: readonly string[];
  readonly clock?: Clock;
  readonly onProgress?: (progress: { readonly bytes: number; readonly totalBytes: number }) => void;
  readonly signal?: AbortSignal;
}

/** What a backup holds. */
export interface BackupReport {
  readonly bytes: number;
  readonly blobs: number;
}

/**
 * Copies the store, as it is at one moment, into one file, while the node goes on running (docs/formats/backup.md).
 * The file appears under its name only when it is complete and on the disk. Every blob is verified on the way.
 * @throws AppError `store-damaged` when content is missing or wrong: run a check first.
 */
export async function backupStore(options: BackupOptions): Promise<BackupReport> {
  const to = resolve(options.to);
  const work = await mkdtemp(join(dirname(to), `.${basename(to)}-`));
  try {
    const report = await whileNothingIsSwept(options.blobs, async () => {
      const database = join(work, 'metadata.db');
      await options.db.backupTo(database);
      options.signal?.throwIfAborted();
      const file = await open(join(work, 'archive'), 'wx', 0o600);
      try {
        const report = await writeArchive(file, database, options);
        await file.sync();
        return report;
      } finally {
        await file.close();
      }
    });
    await rename(join(work, 'archive'), to);
    await syncFolder(dirname(to));
    return report;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeArchive(
  file: FileHandle,
  database: string,
  options: BackupOptions,
): Promise<BackupReport> {
  const { identity, blobs } = await contentsOf(database);
  const databaseSize = (await stat(database)).size;
  const totalBytes = blobs.reduce((sum, blob) => sum + blob.size, databaseSize);
  const now = (options.clock ?? systemClock).now();
  const archive = new ArchiveWriter(file, now, (bytes) => {
    options.signal?.throwIfAborted();
    options.onProgress?.({ bytes, totalBytes });
  });
  const manifest: Manifest = { format: backupFormat, ...identity, createdAt: now, blobs: blobs.length };
  await archive.addText(entryNames.manifest, JSON.stringify(manifest));
  await archive.add(
    entryNames.database,
    databaseSize,
    createReadStream(database, { highWaterMark: 1 << 20 }),
  );
  for (const path of options.extraFiles ?? []) {
    await archive.addText(`${entryNames.extra}${basename(path)}`, await readFile(path));
  }
  for (const { id, size } of blobs) {
    await archive.add(`${entryNames.blobs}${id}`, size, await options.blobs.open(id), id);
  }
  return { bytes: await archive.finish(), blobs: blobs.length };
}

async function contentsOf(
  database: string,
): Promise<{ identity: { instanceId: string; epoch: string }; blobs: { id: BlobId; size: number }[] }> {
  const copy = await openDb({ path: database });
  try {
    return await copy.read(async (query) => {
      const meta = await rows<{ key: string; value: string }>(query, 'SELECT key, value FROM meta');
      const of = (key: string) => meta.find((entry) => entry.key === key)?.value ?? '';
      const blobs = await rows<{ id: BlobId; size: number }>(
        query,
        `SELECT blob_id AS id, blob_size AS size FROM manifest_entries
         UNION SELECT blob_id, size FROM upload_chunks WHERE blob_id IS NOT NULL ORDER BY 1`,
      );
      return { identity: { instanceId: of('instance_id'), epoch: of('epoch') }, blobs };
    });
  } finally {
    await copy.close();
  }
}

/** Writes entries one after another, and at the end the list of their hashes. */
class ArchiveWriter {
  readonly #file: FileHandle;
  readonly #now: number;
  readonly #onBytes: (bytes: number) => void;
  readonly #all: Hash = createHash('sha256');
  #entries = 0;
  #content = 0;
  #written = 0;

  constructor(file: FileHandle, now: number, onBytes: (bytes: number) => void) {
    this.#file = file;
    this.#now = now;
    this.#onBytes = onBytes;
  }

  async addText(name: string, text: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(text);
    await this.add(name, bytes.byteLength, [bytes]);
  }

  async add(
    name: string,
    size: number,
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    expect?: string,
  ): Promise<void> {
    const hash = createHash('sha256');
    await this.#write(tarHeader(name, size, this.#now));
    let left = size;
    for await (const chunk of bytes) {
      hash.update(chunk);
      left -= chunk.byteLength;
      if (left < 0) break;
      await this.#write(chunk);
      this.#content += chunk.byteLength;
      this.#onBytes(this.#content);
    }
    const digest = hash.digest('hex');
    if (left !== 0 || (expect !== undefined && digest !== expect)) {
      throw new AppError('store-damaged', { reason: 'a blob is not what was written', entry: name });
    }
    await this.#write(tarPadding(size));
    this.#all.update(`${digest} ${size} ${name}\n`);
    this.#entries++;
  }

  /** Ends the archive and returns its size. */
  async finish(): Promise<number> {
    const trailer: Trailer = { entries: this.#entries, sha256: this.#all.digest('hex') };
    const text = Buffer.from(JSON.stringify(trailer));
    await this.#write(tarHeader(entryNames.trailer, text.byteLength, this.#now));
    await this.#write(text);
    await this.#write(tarPadding(text.byteLength));
    await this.#write(tarEnd);
    return this.#written;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.byteLength; ) {
      offset += (await this.#file.write(bytes, offset)).bytesWritten;
    }
    this.#written += bytes.byteLength;
  }
}
