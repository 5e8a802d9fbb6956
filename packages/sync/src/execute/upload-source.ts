import { createHash, type Hash } from 'node:crypto';
import type { UploadSource } from '@holdfast/client';
import type { Folder, LocalEntry } from '@holdfast/localfs';

/**
 * The bytes of a local file, hashed while they are read, so that a large file is read once only. Parts have to be
 * read in their order for that; otherwise `sha256` tells nothing. `onHashed` is called before the last bytes are
 * given out: whoever gets them cannot have had all of the file before.
 */
export class HashingSource implements UploadSource {
  readonly size: number;
  readonly #folder: Folder;
  readonly #entry: LocalEntry;
  readonly #onHashed: (sha256: string) => void;
  #hash: Hash | undefined;
  #hashed = 0;
  #result: string | undefined;

  constructor(folder: Folder, entry: LocalEntry, onHashed: (sha256: string) => void = () => {}) {
    this.#folder = folder;
    this.#entry = entry;
    this.#onHashed = onHashed;
    this.size = entry.size;
  }

  async *open(range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    const start = range?.start ?? 0;
    if (start === 0) {
      this.#hash = createHash('sha256');
      this.#hashed = 0;
      this.#result = undefined;
    }
    for await (const chunk of this.#folder.read(this.#entry, range)) {
      if (start <= this.#hashed && this.#hash !== undefined) this.#add(chunk);
      yield chunk;
    }
    if (this.size === 0) this.#finish();
  }

  sha256(): string | undefined {
    return this.#result;
  }

  #add(chunk: Uint8Array): void {
    this.#hash?.update(chunk);
    this.#hashed += chunk.byteLength;
    if (this.#hashed === this.size) this.#finish();
  }

  #finish(): void {
    this.#result = this.#hash?.digest('hex');
    this.#hash = undefined;
    if (this.#result !== undefined) this.#onHashed(this.#result);
  }
}
