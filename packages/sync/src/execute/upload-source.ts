import { createHash, type Hash } from 'node:crypto';
import type { UploadSource } from '@holdfast/client';
import type { Folder, LocalEntry } from '@holdfast/localfs';

/**
 * The bytes of a local file, hashed while they are read, so that a large file is read once only. A part that begins
 * behind what was hashed (an upload that goes on where it broke off) first reads what lies between, from the disk.
 * `onHashed` is called before the last bytes are given out: whoever gets them cannot have had all of the file before.
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
    if (range === undefined || (this.#hash === undefined && this.#result === undefined)) this.#restart();
    if (start > this.#hashed) {
      for await (const chunk of this.#read(this.#hashed, start - 1)) this.#add(chunk.at, chunk.bytes);
    }
    for await (const { at, bytes } of this.#read(start, range?.end)) {
      this.#add(at, bytes);
      yield bytes;
    }
    if (this.size === 0) this.#finish();
  }

  sha256(): string | undefined {
    return this.#result;
  }

  async *#read(
    start: number,
    end: number | undefined,
  ): AsyncGenerator<{ readonly at: number; readonly bytes: Uint8Array }> {
    let at = start;
    const range = start === 0 && end === undefined ? undefined : { start, end: end ?? this.size - 1 };
    for await (const bytes of this.#folder.read(this.#entry, range)) {
      yield { at, bytes };
      at += bytes.byteLength;
    }
  }

  #restart(): void {
    this.#hash = createHash('sha256');
    this.#hashed = 0;
    this.#result = undefined;
  }

  /** Takes what follows on what was hashed; a part that is read twice counts once. */
  #add(at: number, bytes: Uint8Array): void {
    const known = this.#hashed - at;
    if (this.#hash === undefined || known < 0 || known >= bytes.byteLength) return;
    this.#hash.update(known === 0 ? bytes : bytes.subarray(known));
    this.#hashed = at + bytes.byteLength;
    if (this.#hashed === this.size) this.#finish();
  }

  #finish(): void {
    this.#result = this.#hash?.digest('hex');
    this.#hash = undefined;
    if (this.#result !== undefined) this.#onHashed(this.#result);
  }
}
