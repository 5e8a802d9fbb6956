import { createHash } from 'node:crypto';
import { ChunkCutter, chunkEntryBytes } from '@holdfast/protocol';

/** A list of chunks, and where they begin. */
export interface ChunkIndex {
  /** Bytes of the content. */
  readonly size: number;
  /** The entry of the chunk that begins at a place, and its size. */
  at(start: number): { readonly size: number; readonly entry: Uint8Array } | undefined;
}

/** Looks chunks of a stored list up by where they begin. */
export function indexChunks(chunks: Uint8Array): ChunkIndex {
  const view = new DataView(chunks.buffer, chunks.byteOffset, chunks.byteLength);
  const entries = new Map<number, number>();
  let size = 0;
  for (let at = 0; at < chunks.byteLength; at += chunkEntryBytes) {
    entries.set(size, at);
    size += view.getUint32(at);
  }
  return {
    size,
    at(start) {
      const at = entries.get(start);
      if (at === undefined) return undefined;
      return { size: view.getUint32(at), entry: chunks.subarray(at, at + chunkEntryBytes) };
    },
  };
}

/** Cuts a content as it passes, and writes the list of its chunks as `parseChunks` of the protocol reads it. */
export class ChunkListWriter {
  readonly #base: ChunkIndex | undefined;
  readonly #cutter = new ChunkCutter();
  readonly #entries: Uint8Array[] = [];
  #hash = createHash('sha256');
  #size = 0;
  /** Bytes to come of a chunk whose entry is written already. */
  #known = 0;

  /** `base`: the chunks of another content, of which parts may be added as such. */
  constructor(base?: ChunkIndex) {
    this.#base = base;
  }

  /** The next bytes of the content. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.byteLength; ) at = this.#step(bytes, at);
  }

  /**
   * The next bytes of the content, which are those of the base from `start` on; `left` of them in all are still to
   * come in one go, these included. Where a chunk begins in both, it ends in both at the same place, and is taken over.
   */
  addCopy(bytes: Uint8Array, start: number, left: number): void {
    let at = 0;
    while (at < bytes.byteLength) {
      if (this.#known > 0) {
        const passed = Math.min(this.#known, bytes.byteLength - at);
        this.#known -= passed;
        at += passed;
        continue;
      }
      const chunk = this.#size === 0 ? this.#base?.at(start + at) : undefined;
      // The last chunk of the base may have ended for want of bytes.
      if (chunk && chunk.size <= left - at && start + at + chunk.size < (this.#base?.size ?? 0)) {
        this.#entries.push(chunk.entry);
        this.#known = chunk.size;
        continue;
      }
      at = this.#step(bytes, at);
    }
  }

  /** The list, once all bytes have passed. */
  finish(): Buffer {
    if (this.#size > 0) this.#end();
    return Buffer.concat(this.#entries);
  }

  /** Takes bytes up to the end of a chunk, or all; returns where to go on. */
  #step(bytes: Uint8Array, at: number): number {
    const end = this.#cutter.next(bytes, at);
    const part = bytes.subarray(at, end < 0 ? bytes.byteLength : end);
    this.#hash.update(part);
    this.#size += part.byteLength;
    if (end >= 0) this.#end();
    return at + part.byteLength;
  }

  #end(): void {
    const entry = Buffer.alloc(chunkEntryBytes);
    entry.writeUInt32BE(this.#size);
    this.#hash.digest().copy(entry, 4);
    this.#entries.push(entry);
    this.#hash = createHash('sha256');
    this.#size = 0;
  }
}
