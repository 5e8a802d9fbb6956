import type { TokenBucket } from './token-bucket.ts';

/** The same bytes, in pieces that are let through one by one. */
export async function* paceBytes(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bucket: TokenBucket,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      await bucket.take(piece.byteLength, signal);
      yield piece;
    }
  }
}

/** Small enough to pass evenly at low rates, and large enough to cost nothing at high ones. */
const pieceBytes = 64 * 1024;
