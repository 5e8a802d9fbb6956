import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** Chunks of the network are small; gathered to this size, the cost of a write call does not matter. */
const writeSize = 1 << 20;

/** Writes chunks behind one another to a file and hashes them: the disk writes one batch while the next is hashed. */
export class HashedWriter {
  readonly #file: FileHandle;
  readonly #hash: Hash;
  readonly #beforeBatch: () => Promise<void>;
  #batch: Uint8Array[] = [];
  #batchSize = 0;
  #writing: Promise<void> = Promise.resolve();
  #size = 0;

  /** `beforeBatch` may refuse to go on. */
  constructor(file: FileHandle, hash: Hash, beforeBatch: () => Promise<void>) {
    this.#file = file;
    this.#hash = hash;
    this.#beforeBatch = beforeBatch;
  }

  /** Bytes taken in so far. */
  get size(): number {
    return this.#size;
  }

  /** Takes all chunks of a source. What came before it failed can still be flushed. */
  async addAll(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const chunk of bytes) {
      if (chunk.byteLength === 0) continue;
      this.#hash.update(chunk);
      this.#batch.push(chunk);
      this.#size += chunk.byteLength;
      this.#batchSize += chunk.byteLength;
      if (this.#batchSize >= writeSize) await this.#writeBatch();
    }
  }

  /** Resolves when all has been handed to the system. */
  async flush(): Promise<void> {
    if (this.#batchSize > 0) await this.#writeBatch();
    await this.#writing;
  }

  async #writeBatch(): Promise<void> {
    await this.#writing;
    await this.#beforeBatch();
    this.#writing = writeAll(this.#file, this.#batch);
    // Its failure is seen by the next `await`; until then nobody looks.
    this.#writing.catch(() => undefined);
    this.#batch = [];
    this.#batchSize = 0;
  }
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
