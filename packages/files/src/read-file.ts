import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { ByteRange } from '@holdfast/blobs';
import type { Actor, OpenedFile } from './files.ts';
import { findPlace } from './find-place.ts';
import { lookupNames } from './names.ts';
import type { Parts } from './parts.ts';
import { openPieces, storedContent } from './pieces.ts';
import { requireRights, requireVisible, sightOf } from './sight.ts';
import { toTreeNode } from './tree-node.ts';

type Wanted = ByteRange | { suffix: number } | { start: number };

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
