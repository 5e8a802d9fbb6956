import type { BlobId, BlobStore } from '@holdfast/blobs';
import { openPieces, type Piece, wholeBlob } from './pieces.ts';

/** A manifest of more pieces is written anew as one blob: each is a row, and a file to open. */
const maxPieces = 1024;

/** Pieces that follow one another in the same blob as one. */
export function joinPieces(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && last.id === piece.id && last.offset + last.size === piece.offset) {
      joined[joined.length - 1] = { ...last, size: last.size + piece.size };
    } else {
      joined.push(piece);
    }
  }
  return joined;
}

/**
 * The same content in no more than twice its size of disk, and in a bounded number of pieces: what is less than half
 * of a blob, and so would keep the rest of it for nothing, is copied into a new one.
 * @throws AppError those of `BlobStore.put`.
 */
export async function boundManifest(
  blobs: BlobStore,
  pieces: readonly Piece[],
  signal?: AbortSignal,
): Promise<Piece[]> {
  const joined = joinPieces(pieces);
  const used = new Map<BlobId, number>();
  for (const { id, size } of joined) used.set(id, (used.get(id) ?? 0) + size);
  const all = joined.length > maxPieces;
  const moves = (piece: Piece) => all || 2 * (used.get(piece.id) ?? 0) < piece.blobSize;
  const moved = joined.filter(moves);
  if (moved.length === 0) return joined;
  const copy = await blobs.put(await openPieces(blobs, moved), signal === undefined ? {} : { signal });
  const whole = wholeBlob(copy);
  let offset = 0;
  return joinPieces(
    joined.map((piece) => {
      if (!moves(piece)) return piece;
      const at = offset;
      offset += piece.size;
      return { ...whole, offset: at, size: piece.size };
    }),
  );
}
