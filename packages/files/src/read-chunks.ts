import { AppError, isAppError, type TreePath } from '@holdfast/base';
import { knownChunks } from './content-cutter.ts';
import type { Actor, ChunkedFile } from './files.ts';
import { findPlace } from './find-place.ts';
import { lookupNames } from './names.ts';
import type { Parts } from './parts.ts';
import { storedContent } from './pieces.ts';
import { requireRights, requireVisible, sightOf } from './sight.ts';
import { toTreeNode } from './tree-node.ts';

/** `Files.chunks`. */
export async function readChunks(parts: Parts, actor: Actor, path: TreePath): Promise<ChunkedFile> {
  requireRights(actor, 'read');
  const names = lookupNames(path);
  if (names === undefined) throw new AppError('not-found');
  try {
    return await chunksAt(parts, actor, names);
  } catch (error) {
    // As in `readFile`: it may have been replaced and swept away after the look.
    if (!isAppError(error, 'store-damaged')) throw error;
    return chunksAt(parts, actor, names);
  }
}

async function chunksAt(parts: Parts, actor: Actor, names: readonly string[]): Promise<ChunkedFile> {
  const { node, contentId, stored, known } = await parts.db.read(async (query) => {
    const place = await findPlace(query, actor.userId, names);
    const { node } = requireVisible(place, await sightOf(query, actor));
    if (node.folder === 1) throw new AppError('is-a-folder');
    if (node.size > parts.limits.chunkedBytes) throw new AppError('not-supported');
    const known = await knownChunks(query, node.content_id);
    return {
      node: toTreeNode(node, place.path, parts.identity.epoch),
      contentId: node.content_id,
      stored: known === undefined ? await storedContent(query, node) : undefined,
      known,
    };
  });
  if (known !== undefined) return { node, chunks: known };
  const chunks = await parts.cutter.cut(contentId ?? 0, stored ?? { pieces: [] });
  return { node, chunks };
}
