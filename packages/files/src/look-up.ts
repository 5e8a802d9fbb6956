import { AppError, childOf, type TreePath } from '@holdfast/base';
import { rows } from '@holdfast/db';
import type { Actor, NodeId, TreeNode } from './files.ts';
import { findPlace } from './find-place.ts';
import { lookupNames } from './names.ts';
import type { Parts } from './parts.ts';
import { requireRights, requireVisible, sightOf } from './sight.ts';
import { type ShownRow, toShell, toTreeNode } from './tree-node.ts';

/** `Files.get`. */
export async function getNode(parts: Parts, actor: Actor, path: TreePath): Promise<TreeNode> {
  requireRights(actor, 'read');
  const names = lookupNames(path);
  if (names === undefined) throw new AppError('not-found');
  return parts.db.read(async (query) => {
    const place = await findPlace(query, actor.userId, names);
    const { node, visibility } = requireVisible(place, await sightOf(query, actor));
    const show = visibility === 'full' ? toTreeNode : toShell;
    return show(node, place.path, parts.identity.epoch);
  });
}

/** Named columns: each costs, and a folder may have thousands of rows. */
const childrenOf = `
  SELECT id, parent_id, name, folder, size, mtime_s, mtime_ns, created_at, checksums, etag_seq, executable, favorite,
    link
  FROM nodes WHERE parent_id = ? ORDER BY name_key`;

/** `Files.list`. */
export async function listFolder(
  parts: Parts,
  actor: Actor,
  path: TreePath,
): Promise<{ self: TreeNode; children: readonly TreeNode[] }> {
  requireRights(actor, 'read');
  const names = lookupNames(path);
  if (names === undefined) throw new AppError('not-found');
  const { epoch } = parts.identity;
  return parts.db.read(async (query) => {
    const place = await findPlace(query, actor.userId, names);
    const sight = await sightOf(query, actor);
    const { node, visibility } = requireVisible(place, sight);
    const self = (visibility === 'full' ? toTreeNode : toShell)(node, place.path, epoch);
    if (node.folder === 0) return { self, children: [] };
    const found = await rows<ShownRow>(query, childrenOf, node.id);
    const children: TreeNode[] = [];
    for (const child of found) {
      const seen = visibility === 'full' ? 'full' : sight.of([...place.chain, child]);
      const childPath = childOf(place.path, child.name);
      if (seen !== 'hidden') children.push((seen === 'full' ? toTreeNode : toShell)(child, childPath, epoch));
    }
    return { self, children };
  });
}

/** `Files.pathsOf`. */
export async function pathsOfNodes(
  parts: Parts,
  userId: string,
  ids: readonly NodeId[],
): Promise<ReadonlyMap<NodeId, TreePath>> {
  const steps = await parts.db.read((query) =>
    rows<{ start: NodeId; name: string; parent_id: number | null }>(
      query,
      `WITH RECURSIVE up(start, id, name, parent_id, height) AS (
         SELECT n.id, n.id, n.name, n.parent_id, 0 FROM nodes n JOIN roots r ON r.node_id = n.root_id
           WHERE r.user_id = ? AND n.id IN (SELECT value FROM json_each(?))
         UNION ALL
         SELECT up.start, n.id, n.name, n.parent_id, up.height + 1 FROM up JOIN nodes n ON n.id = up.parent_id
       ) SELECT start, name, parent_id FROM up ORDER BY start, height DESC`,
      userId,
      JSON.stringify(ids),
    ),
  );
  const out = new Map<NodeId, TreePath>();
  for (const { start, name, parent_id } of steps) {
    out.set(start, parent_id === null ? '' : childOf(out.get(start) ?? '', name));
  }
  return out;
}
