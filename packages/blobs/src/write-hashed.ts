import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { BlobId } from './blob-store.ts';

/** Chunks of the network are small; gathered to this size, the cost of a write call does not matter. */
const writeSize = 1 << 20;

/**
 * Writes all bytes to a file and hashes them on the way: the disk writes one batch while the next is hashed.
 * `beforeBatch` may refuse to go on.
 */
export async function writeHashed(
  file: FileHandle,
  bytes: AsyncIterable<Uint8Array>,
  beforeBatch: () => Promise<void>,
): Promise<{ id: BlobId; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  let batch: Uint8Array[] = [];
  let batchSize = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async () => {
    await writing;
    await beforeBatch();
    writing = writeAll(file, batch);
    // Its failure is seen by the next `await writing`; until then nobody looks.
    writing.catch(() => undefined);
    batch = [];
    batchSize = 0;
  };
  for await (const chunk of bytes) {
    if (chunk.byteLength === 0) continue;
    hash.update(chunk);
    batch.push(chunk);
    size += chunk.byteLength;
    batchSize += chunk.byteLength;
    if (batchSize >= writeSize) await flush();
  }
  if (batchSize > 0) await flush();
  await writing;
  return { id: hash.digest('hex') as BlobId, size };
}

async function writeAll(file: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  const total = batch.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const { bytesWritten } = await file.writev(batch);
  if (bytesWritten === total) return;
  // A short write is allowed to happen; what is missing follows.
  const rest = Buffer.concat(batch).subarray(bytesWritten);
  for (let offset = 0; offset < rest.byteLength; ) {
    offset += (await file.write(rest, offset)).bytesWritten;
  }
}
