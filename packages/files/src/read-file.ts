import { Readable } from 'node:stream';
import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { BlobId, BlobStore, ByteRange } from '@holdfast/blobs';
import { type NodeRow, type Query, row, rows } from '@holdfast/db';
import type { Actor, OpenedFile } from './files.ts';
import { findPlace } from './find-place.ts';
import { lookupNames } from './names.ts';
import type { Parts } from './parts.ts';
import { requireRights, requireVisible, sightOf } from './sight.ts';
import { toTreeNode } from './tree-node.ts';

/** A piece of a manifest. */
export interface Piece {
  readonly id: BlobId;
  readonly size: number;
}

type Wanted = ByteRange | { suffix: number } | { start: number };

type Stored = { readonly inline: Buffer } | { readonly pieces: readonly Piece[] };

/** `Files.read`. */
export async function readFile(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  wanted: Wanted | undefined,
): Promise<OpenedFile> {
  requireRights(actor, 'read');
  const names = lookupNames(path);
  if (names === undefined) throw new AppError('not-found');
  try {
    return await openContent(parts, actor, names, wanted);
  } catch (error) {
    // Between the look into the database and the opening of a blob it may have been replaced and swept away.
    if (!isAppError(error, 'store-damaged')) throw error;
    return openContent(parts, actor, names, wanted);
  }
}

async function openContent(
  parts: Parts,
  actor: Actor,
  names: readonly string[],
  wanted: Wanted | undefined,
): Promise<OpenedFile> {
  const { node, place, stored } = await parts.db.read(async (query) => {
    const place = await findPlace(query, actor.userId, names);
    const { node } = requireVisible(place, await sightOf(query, actor));
    if (node.folder === 1) throw new AppError('is-a-folder');
    return { node, place, stored: await storedContent(query, node) };
  });
  const range = wanted === undefined ? undefined : resolveRange(wanted, node.size);
  const shown = toTreeNode(node, place.path, parts.identity.epoch);
  if ('inline' in stored) {
    const body = range === undefined ? stored.inline : stored.inline.subarray(range.start, range.end + 1);
    return { node: shown, body, range };
  }
  return { node: shown, body: await openPieces(parts.blobs, stored.pieces, range), range };
}

async function storedContent(query: Query, node: NodeRow): Promise<Stored> {
  const content = await row<{ inline: Uint8Array | null; damaged: number }>(
    query,
    'SELECT inline, damaged FROM contents WHERE id = ?',
    node.content_id,
  );
  if (content === undefined || content.damaged === 1) throw new AppError('store-damaged', { node: node.id });
  const { inline } = content;
  if (inline !== null) return { inline: Buffer.from(inline.buffer, inline.byteOffset, inline.byteLength) };
  const pieces = await rows<{ blob_id: BlobId; size: number }>(
    query,
    'SELECT blob_id, size FROM manifest_entries WHERE content_id = ? ORDER BY idx',
    node.content_id,
  );
  return { pieces: pieces.map(({ blob_id, size }) => ({ id: blob_id, size })) };
}

/**
 * The part of a file of `size` bytes that is asked for (RFC 9110 §14.1.2).
 * @throws AppError `range-unsatisfiable`.
 */
function resolveRange(wanted: Wanted, size: number): ByteRange {
  const suffix = 'suffix' in wanted ? wanted.suffix : undefined;
  const start = 'suffix' in wanted ? Math.max(0, size - wanted.suffix) : wanted.start;
  const end = 'end' in wanted ? Math.min(wanted.end, size - 1) : size - 1;
  if (suffix === 0 || !Number.isSafeInteger(start) || start < 0 || start >= size || end < start) {
    throw new AppError('range-unsatisfiable', { size });
  }
  return { start, end };
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
  for (const { id, size } of pieces) {
    const start = Math.max(0, (range?.start ?? 0) - offset);
    const end = Math.min(size - 1, (range?.end ?? Number.POSITIVE_INFINITY) - offset);
    if (start <= end) cuts.push({ id, part: start === 0 && end === size - 1 ? undefined : { start, end } });
    offset += size;
  }
  return cuts;
}

async function* readInOrder(blobs: BlobStore, cuts: readonly Cut[]): AsyncGenerator<Uint8Array> {
  for (const { id, part } of cuts) yield* await blobs.open(id, part);
}
