import { AppError, type TreePath } from '@holdfast/base';
import { type NodeRow, type Query, rows, run } from '@holdfast/db';
import { checkGuard } from './check-guard.ts';
import type { Actor, Guard } from './files.ts';
import type { Place } from './find-place.ts';
import { idsOf, openScene, parentIdsOf, type Scene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { takeSeqs, touchFolders } from './sequence.ts';
import { requireFull, requireParent, requireRights } from './sight.ts';
import { dropContent } from './store-node.ts';
import { requireTreeUnlocked, requireUnlocked, submittedTokens } from './tree-locks.ts';

/** `Files.remove`. */
export async function removeNode(parts: Parts, actor: Actor, path: TreePath, guard: Guard): Promise<void> {
  requireRights(actor, 'delete');
  await parts.db.write(async (query) => {
    const scene = await openScene(parts, query, actor, path);
    const { place, sight, locks } = scene;
    const node = requireFull(place, sight);
    if (place.names.length === 0) throw new AppError('forbidden', { reason: 'the root cannot be removed' });
    await checkGuard(scene, place, guard);
    const parent = requireParent(place, sight);
    const tokens = submittedTokens(guard);
    requireTreeUnlocked(locks, actor, tokens, idsOf(place));
    requireUnlocked(locks, actor, tokens, parentIdsOf(place));
    const seq = await removeTree(scene, place, node);
    await touchFolders(query, parent.id, seq, -node.size, scene.at);
  });
}

/** Removes a node with all below, and notes its departure. The folders above are not told yet. */
export async function removeTree(scene: Scene, place: Place, node: NodeRow): Promise<number> {
  const { query } = scene;
  const seq = await takeSeqs(query);
  await noteDeparture(query, 'removed', place, node, seq);
  if (node.folder === 0) {
    await run(query, 'DELETE FROM nodes WHERE id = ?', node.id);
    await dropContent(query, node.content_id);
    return seq;
  }
  const subtree = `WITH RECURSIVE sub(id) AS (
      SELECT ? UNION ALL SELECT n.id FROM nodes n JOIN sub ON n.parent_id = sub.id
    )`;
  const contents = await rows<{ id: number }>(
    query,
    `${subtree} SELECT DISTINCT n.content_id AS id FROM sub JOIN nodes n ON n.id = sub.id WHERE content_id IS NOT NULL`,
    node.id,
  );
  await run(query, `${subtree} DELETE FROM nodes WHERE id IN (SELECT id FROM sub)`, node.id);
  await run(
    query,
    `DELETE FROM contents WHERE id IN (SELECT value FROM json_each(?))
       AND NOT EXISTS (SELECT 1 FROM nodes WHERE content_id = contents.id)`,
    JSON.stringify(contents.map((content) => content.id)),
  );
  return seq;
}

/** Lets the change feed know where a node was that is there no longer. */
export async function noteDeparture(
  query: Query,
  kind: 'removed' | 'moved',
  place: Place,
  node: NodeRow,
  seq: number,
): Promise<void> {
  await run(
    query,
    `INSERT INTO changes (seq, root_id, node_id, kind, folder, path, parent_id, ancestors, created_seq)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    seq,
    node.root_id,
    node.id,
    kind,
    node.folder,
    place.path,
    node.parent_id ?? node.root_id,
    `/${parentIdsOf(place).join('/')}/`,
    node.created_seq,
  );
}
