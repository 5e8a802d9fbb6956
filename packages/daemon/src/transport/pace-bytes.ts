import type { TokenBucket } from './token-bucket.ts';

/** Small enough to pass evenly at low rates, and large enough to cost nothing at high ones. */
const pieceBytes = 64 * 1024;

/** The same bytes, once; in pieces that are let through one by one while there is a limit, and as they are otherwise. */
export function paceBytes(
  source: AsyncIterable<Uint8Array>,
  bucket: TokenBucket,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new PacedBytes(source[Symbol.asyncIterator](), bucket, signal) };
}

/** By hand and not as a generator: without a limit it must cost nothing. */
class PacedBytes implements AsyncIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #bucket: TokenBucket;
  readonly #signal: AbortSignal | undefined;
  #rest: Uint8Array | undefined;

  constructor(source: AsyncIterator<Uint8Array>, bucket: TokenBucket, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#bucket = bucket;
    this.#signal = signal;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#rest === undefined && this.#bucket.open) return this.#source.next();
    return this.#nextPiece();
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  async #nextPiece(): Promise<IteratorResult<Uint8Array>> {
    let chunk = this.#rest;
    if (chunk === undefined) {
      const next = await this.#source.next();
      if (next.done) return next;
      chunk = next.value;
    }
    const piece = chunk.subarray(0, pieceBytes);
    this.#rest = chunk.byteLength > pieceBytes ? chunk.subarray(pieceBytes) : undefined;
    try {
      await this.#bucket.take(piece.byteLength, this.#signal);
    } catch (error) {
      await this.return();
      throw error;
    }
    return { done: false, value: piece };
  }
}
