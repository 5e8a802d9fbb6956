import { Readable } from 'node:stream';
import { AppError } from '@holdfast/base';
import type { BlobId, BlobStore, ByteRange } from '@holdfast/blobs';
import { type NodeRow, type Query, row, rows } from '@holdfast/db';

/** A piece of a manifest: a blob, or a part of one. */
export interface Piece {
  readonly id: BlobId;
  /** Bytes of the part. */
  readonly size: number;
  /** Where in the blob the part begins. */
  readonly offset: number;
  /** Bytes of the whole blob. */
  readonly blobSize: number;
}

/** A whole blob as a piece. */
export function wholeBlob({ id, size }: { readonly id: BlobId; readonly size: number }): Piece {
  return { id, size, offset: 0, blobSize: size };
}

/** Whether a manifest is one whole blob; then the id of the blob is the SHA-256 of the content. */
export function isOneBlob(pieces: readonly Piece[]): boolean {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 && only.size === only.blobSize;
}

/** What a content consists of. */
export type Stored = { readonly inline: Buffer } | { readonly pieces: readonly Piece[] };

/** What the content of a file consists of. @throws AppError `store-damaged` when a check has found it damaged. */
export async function storedContent(query: Query, node: NodeRow): Promise<Stored> {
  const content = await row<{ inline: Uint8Array | null; damaged: number }>(
    query,
    'SELECT inline, damaged FROM contents WHERE id = ?',
    node.content_id,
  );
  if (content === undefined || content.damaged === 1) throw new AppError('store-damaged', { node: node.id });
  const { inline } = content;
  if (inline !== null) return { inline: Buffer.from(inline.buffer, inline.byteOffset, inline.byteLength) };
  return { pieces: await piecesOf(query, node.content_id) };
}

/** The manifest of a content; empty for one that is kept in the database. */
export function piecesOf(query: Query, contentId: number | null): Promise<Piece[]> {
  return rows<Piece>(
    query,
    `SELECT blob_id AS id, size, blob_offset AS "offset", blob_size AS "blobSize" FROM manifest_entries
       WHERE content_id = ? ORDER BY idx`,
    contentId,
  );
}

/** The bytes of a manifest, or a part of them. Blobs are opened one after another, as they are needed. */
export async function openPieces(
  blobs: BlobStore,
  pieces: readonly Piece[],
  range?: ByteRange,
): Promise<Readable> {
  const cuts = cutPieces(pieces, range);
  const [only] = cuts;
  if (only !== undefined && cuts.length === 1) return blobs.open(only.id, only.part);
  return Readable.from(readInOrder(blobs, cuts), { objectMode: false, highWaterMark: 1 << 20 });
}

interface Cut {
  readonly id: BlobId;
  readonly part: ByteRange | undefined;
}

function cutPieces(pieces: readonly Piece[], range: ByteRange | undefined): Cut[] {
  const cuts: Cut[] = [];
  let offset = 0;
  for (const piece of pieces) {
    const start = Math.max(0, (range?.start ?? 0) - offset);
    const end = Math.min(piece.size - 1, (range?.end ?? Number.POSITIVE_INFINITY) - offset);
    if (start <= end) {
      const whole = start === 0 && end + 1 === piece.blobSize;
      const part = whole ? undefined : { start: piece.offset + start, end: piece.offset + end };
      cuts.push({ id: piece.id, part });
    }
    offset += piece.size;
  }
  return cuts;
}

async function* readInOrder(blobs: BlobStore, cuts: readonly Cut[]): AsyncGenerator<Uint8Array> {
  for (const { id, part } of cuts) yield* await blobs.open(id, part);
}
