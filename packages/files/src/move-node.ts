import { AppError, type TreePath } from '@holdfast/base';
import { type NodeRow, type Query, row, run } from '@holdfast/db';
import { checkGuard } from './check-guard.ts';
import type { Actor, Guard, WriteResult } from './files.ts';
import { findPlace, type Place } from './find-place.ts';
import { checkedNames, checkPathSize, nameKey } from './names.ts';
import { idsOf, openScene, parentIdsOf, type Scene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { noteDeparture, removeTree } from './remove-node.ts';
import { takeSeqs, touchFolders } from './sequence.ts';
import { requireFull, requireParent, requireRights } from './sight.ts';
import { requireTreeUnlocked, requireUnlocked, submittedTokens } from './tree-locks.ts';
import { toTreeNode } from './tree-node.ts';

/** `Files.move`. */
export async function moveNode(
  parts: Parts,
  actor: Actor,
  from: TreePath,
  to: TreePath,
  options: Guard & { overwrite: boolean },
): Promise<WriteResult> {
  requireRights(actor, 'write', 'delete');
  return parts.db.write(async (query) => {
    const scene = await openScene(parts, query, actor, from);
    const source = requireFull(scene.place, scene.sight);
    const { parent } = scene.place;
    if (parent === undefined) throw new AppError('forbidden', { reason: 'the root cannot be moved' });
    requireParent(scene.place, scene.sight);
    await checkGuard(scene, scene.place, options);
    const target = await findPlace(query, actor.userId, checkedNames(to, parts.limits));
    const folder = requireTarget(scene, source, target);
    // The same place under another spelling of the name: a rename, and nothing is in the way.
    const inTheWay = target.node?.id === source.id ? undefined : target.node;
    if (inTheWay !== undefined && !options.overwrite)
      throw new AppError('precondition-failed', { exists: true });
    const tokens = submittedTokens(options);
    requireTreeUnlocked(scene.locks, actor, tokens, idsOf(scene.place));
    requireUnlocked(scene.locks, actor, tokens, parentIdsOf(scene.place), parentIdsOf(target));
    if (inTheWay !== undefined) requireTreeUnlocked(scene.locks, actor, tokens, idsOf(target));
    if (source.folder === 1) await requireFits(scene, source, target);
    if (inTheWay !== undefined) {
      const seq = await removeTree(scene, target, inTheWay);
      await touchFolders(query, folder.id, seq, -inTheWay.size, scene.at);
    }
    const moved = await relocate(scene, source, folder, target);
    return { node: toTreeNode(moved, targetPath(target), scene.epoch), created: inTheWay === undefined };
  });
}

/** The path a place has after something was put there under the name that was asked for. */
export function targetPath(target: Place): TreePath {
  const name = target.names.at(-1) ?? '';
  const slash = target.path.lastIndexOf('/');
  return slash < 0 ? name : `${target.path.slice(0, slash)}/${name}`;
}

/** The folder something goes into. @throws AppError `same-resource`, `into-itself`, and those of `requireParent`. */
export function requireTarget(scene: Scene, source: NodeRow, target: Place): NodeRow {
  if (target.node?.id === source.id && target.names.at(-1) === source.name)
    throw new AppError('same-resource');
  if (target.names.length === 0) throw new AppError('forbidden', { reason: 'the root cannot be replaced' });
  const above = parentIdsOf(target);
  if (above.includes(source.id)) throw new AppError('into-itself');
  // Replacing a folder the source is in would remove the source first.
  if (target.node !== undefined && parentIdsOf(scene.place).includes(target.node.id)) {
    throw new AppError('into-itself');
  }
  return requireParent(target, scene.sight);
}

/** Changes the row of the node, and tells the folders above its old and its new place. */
async function relocate(scene: Scene, source: NodeRow, folder: NodeRow, target: Place): Promise<NodeRow> {
  const { query, place } = scene;
  const name = target.names.at(-1) ?? '';
  const seq = await takeSeqs(query);
  await noteDeparture(query, 'moved', place, source, seq);
  await run(
    query,
    'UPDATE nodes SET parent_id = ?, name = ?, name_key = ?, changed_seq = ? WHERE id = ?',
    folder.id,
    name,
    nameKey(name),
    seq,
    source.id,
  );
  // Locks do not move along (RFC 4918 §7.6).
  for (const lock of scene.locks.all) {
    if (lock.ids.includes(source.id)) await run(query, 'DELETE FROM locks WHERE token = ?', lock.row.token);
  }
  const oldParent = source.parent_id ?? scene.rootId;
  if (oldParent === folder.id) {
    await touchFolders(query, folder.id, seq, 0, scene.at);
  } else {
    await touchFolders(query, oldParent, seq, -source.size, scene.at);
    await touchFolders(query, folder.id, seq, source.size, scene.at);
  }
  return { ...source, parent_id: folder.id, name, name_key: nameKey(name), changed_seq: seq };
}

/** @throws AppError `name-too-long` when something below would get too deep or too long a path. */
export async function requireFits(scene: Scene, source: NodeRow, target: Place): Promise<void> {
  const bytes = Buffer.byteLength(targetPath(target));
  const { place, parts } = scene;
  // What fitted before fits in a place that is not longer.
  if (target.names.length <= place.names.length && bytes <= Buffer.byteLength(place.path)) return;
  const below = await deepest(scene.query, source.id);
  checkPathSize(target.names.length + below.depth, bytes + below.bytes, parts.limits);
}

async function deepest(query: Query, id: number): Promise<{ depth: number; bytes: number }> {
  const found = await row<{ depth: number | null; bytes: number | null }>(
    query,
    `WITH RECURSIVE sub(id, depth, bytes, folder) AS (
       SELECT ?, 0, 0, 1
       UNION ALL
       SELECT n.id, sub.depth + 1, sub.bytes + 1 + octet_length(n.name), n.folder FROM nodes n
         JOIN sub ON n.parent_id = sub.id WHERE sub.folder = 1
     ) SELECT max(depth) AS depth, max(bytes) AS bytes FROM sub`,
    id,
  );
  return { depth: found?.depth ?? 0, bytes: found?.bytes ?? 0 };
}
