import { fdatasync, writev, writevSync } from 'node:fs';
import { promisify } from 'node:util';

const writeMany = promisify(writev);
const flush = promisify(fdatasync);
/** Chunks of the network are small; gathered to this size, the cost of a write call does not matter. */
const batchSize = 1024 * 1024;
/** Fewer bytes than this are written without a thread hop. */
const largeWrite = 64 * 1024;
/** So often the disk is told to begin with what it has, so that the end has little left to wait for. */
const flushEvery = 64 * 1024 * 1024;

/** Writes a file from its start: the disk takes one batch while the next one comes in. */
export class GatheredWriter {
  readonly #fd: number;
  #batch: Uint8Array[] = [];
  #gathered = 0;
  #sinceFlush = 0;
  #writing: Promise<void> = Promise.resolve();
  #flushing: Promise<void> = Promise.resolve();

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Takes a chunk, which must not be changed afterwards. Resolves when the next one may come. */
  async add(chunk: Uint8Array): Promise<void> {
    if (chunk.byteLength === 0) return;
    this.#batch.push(chunk);
    this.#gathered += chunk.byteLength;
    if (this.#gathered < batchSize) return;
    await this.#writing;
    this.#writing = this.#writeBatch();
    // Its failure is seen by the next `await`; until then nobody looks.
    this.#writing.catch(() => {});
    this.#sinceFlush += this.#gathered;
    this.#gathered = 0;
    if (this.#sinceFlush >= flushEvery) {
      this.#sinceFlush = 0;
      await this.#flushing;
      this.#flushing = flush(this.#fd);
      this.#flushing.catch(() => {});
    }
  }

  /** Resolves when everything is durable. */
  async finish(): Promise<void> {
    await this.#writing;
    if (this.#gathered > 0) await this.#writeBatch();
    await this.#flushing;
    await flush(this.#fd);
  }

  /** Resolves when nothing uses the file any more, whatever became of it. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#flushing]);
  }

  async #writeBatch(): Promise<void> {
    let rest = this.#batch;
    this.#batch = [];
    while (rest.length > 0) {
      const size = rest.reduce((sum, chunk) => sum + chunk.byteLength, 0);
      const written =
        size < largeWrite ? writevSync(this.#fd, rest) : (await writeMany(this.#fd, rest)).bytesWritten;
      rest = written === size ? [] : after(rest, written);
    }
  }
}

/** What is left of `chunks` after their first `count` bytes: a write may take less than it was given. */
function after(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  return chunks.flatMap((chunk) => {
    const cut = Math.min(skip, chunk.byteLength);
    skip -= cut;
    return cut === chunk.byteLength ? [] : [chunk.subarray(cut)];
  });
}
