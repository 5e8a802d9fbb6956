import { AppError } from '@holdfast/base';
import type { BlobStore, ByteRange } from '@holdfast/blobs';
import { openPieces, type Piece, type Stored } from './pieces.ts';

/** The version that a delta copies from. */
export interface DeltaBase {
  readonly size: number;
  /** @throws AppError `bad-value` when the range is not within the content. */
  read(start: number, size: number): Promise<AsyncIterable<Uint8Array> | Iterable<Uint8Array>>;
  /** What of the stored blobs the range is; undefined where the bytes are in the database. */
  pieces(start: number, size: number): Piece[] | undefined;
}

/** A stored content of `size` bytes as a base. */
export function deltaBase(blobs: BlobStore, stored: Stored, size: number): DeltaBase {
  const range = (start: number, count: number): ByteRange => {
    if (start < 0 || count < 1 || start + count > size) {
      throw new AppError('bad-value', { message: 'The delta copies what is not there.' });
    }
    return { start, end: start + count - 1 };
  };
  if ('inline' in stored) {
    return {
      size,
      read: async (start, count) => {
        const { end } = range(start, count);
        return [stored.inline.subarray(start, end + 1)];
      },
      pieces: () => undefined,
    };
  }
  const { pieces } = stored;
  const starts: number[] = [];
  let at = 0;
  for (const piece of pieces) {
    starts.push(at);
    at += piece.size;
  }
  return {
    size,
    read: (start, count) => openPieces(blobs, pieces, range(start, count)),
    pieces: (start, count) => {
      const { end } = range(start, count);
      const cut: Piece[] = [];
      for (let i = firstWithin(starts, start); i < pieces.length; i++) {
        const piece = pieces[i];
        const begin = starts[i];
        if (piece === undefined || begin === undefined || begin > end) break;
        const from = Math.max(start, begin);
        const to = Math.min(end + 1, begin + piece.size);
        cut.push({ ...piece, offset: piece.offset + from - begin, size: to - from });
      }
      return cut;
    },
  };
}

/** The index of the last of the rising `starts` that is not behind `at`. */
function firstWithin(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
