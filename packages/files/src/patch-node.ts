import type { TreePath } from '@holdfast/base';
import { type NodeRow, run } from '@holdfast/db';
import { checkGuard } from './check-guard.ts';
import { checkTimes } from './check-times.ts';
import { applyProperties } from './dead-properties.ts';
import type { Actor, Guard, LiveChange, PropertyChange, TreeNode } from './files.ts';
import { idsOf, openScene, type Scene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { takeSeqs, touchFolders } from './sequence.ts';
import { requireFull, requireRights } from './sight.ts';
import { requireUnlocked, submittedTokens } from './tree-locks.ts';
import { toTreeNode } from './tree-node.ts';

/** `Files.patch`. */
export async function patchNode(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  changes: readonly PropertyChange[],
  live: LiveChange,
  guard: Guard,
): Promise<TreeNode> {
  requireRights(actor, 'write');
  checkTimes(live);
  return parts.db.write(async (query) => {
    const scene = await openScene(parts, query, actor, path);
    const { place } = scene;
    const node = requireFull(place, scene.sight);
    await checkGuard(scene, place, guard);
    requireUnlocked(scene.locks, actor, submittedTokens(guard), idsOf(place));
    await applyProperties(query, node.id, changes, parts.limits);
    const changed = await applyLive(scene, node, live);
    return toTreeNode(changed, place.path, scene.epoch);
  });
}

async function applyLive(scene: Scene, node: NodeRow, live: LiveChange): Promise<NodeRow> {
  const wanted: NodeRow = {
    ...node,
    mtime_s: live.mtime?.s ?? node.mtime_s,
    mtime_ns: live.mtime?.ns ?? node.mtime_ns,
    created_at: live.createdAt ?? node.created_at,
    favorite: live.favorite === undefined ? node.favorite : live.favorite ? 1 : 0,
    executable:
      live.executable === undefined || node.folder === 1 ? node.executable : live.executable ? 1 : 0,
  };
  const same =
    wanted.mtime_s === node.mtime_s &&
    wanted.mtime_ns === node.mtime_ns &&
    wanted.created_at === node.created_at &&
    wanted.favorite === node.favorite &&
    wanted.executable === node.executable;
  if (same) return node;
  const seq = await takeSeqs(scene.query);
  await run(
    scene.query,
    `UPDATE nodes SET mtime_s = ?, mtime_ns = ?, created_at = ?, favorite = ?, executable = ?, changed_seq = ?
       WHERE id = ?`,
    wanted.mtime_s,
    wanted.mtime_ns,
    wanted.created_at,
    wanted.favorite,
    wanted.executable,
    seq,
    node.id,
  );
  // Its own etag stays, as its content did; the folders above get a new one, by which clients notice it.
  if (node.parent_id !== null) await touchFolders(scene.query, node.parent_id, seq, 0, scene.at);
  return { ...wanted, changed_seq: seq };
}
