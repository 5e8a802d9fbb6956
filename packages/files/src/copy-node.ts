import { AppError, type TreePath } from '@holdfast/base';
import { type NodeRow, type Query, row, run } from '@holdfast/db';
import { checkGuard } from './check-guard.ts';
import type { Actor, Guard, WriteResult } from './files.ts';
import { findPlace, type Place } from './find-place.ts';
import { requireFits, requireTarget, targetPath } from './move-node.ts';
import { checkedNames, nameKey } from './names.ts';
import { idsOf, openScene, parentIdsOf, type Scene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { removeTree } from './remove-node.ts';
import { requireQuota } from './require-quota.ts';
import { takeSeqs, touchFolders } from './sequence.ts';
import { requireFull, requireRights } from './sight.ts';
import { requireTreeUnlocked, requireUnlocked, submittedTokens } from './tree-locks.ts';
import { toTreeNode } from './tree-node.ts';

/** `Files.copy`. */
export async function copyNode(
  parts: Parts,
  actor: Actor,
  from: TreePath,
  to: TreePath,
  options: Guard & { overwrite: boolean; depth: '0' | 'infinity' },
): Promise<WriteResult> {
  requireRights(actor, 'read', 'write');
  return parts.db.write(async (query) => {
    const scene = await openScene(parts, query, actor, from);
    const source = requireFull(scene.place, scene.sight);
    await checkGuard(scene, scene.place, options);
    const target = await findPlace(query, actor.userId, checkedNames(to, parts.limits));
    const whole = options.depth === 'infinity' || source.folder === 0;
    if (target.node?.id === source.id) throw new AppError('same-resource');
    const folder = requireTarget(scene, whole ? source : { ...source, id: -1 }, target);
    if (target.node !== undefined && !options.overwrite)
      throw new AppError('precondition-failed', { exists: true });
    const tokens = submittedTokens(options);
    requireUnlocked(scene.locks, actor, tokens, parentIdsOf(target));
    if (target.node !== undefined) requireTreeUnlocked(scene.locks, actor, tokens, idsOf(target));
    if (source.folder === 1 && whole) await requireFits(scene, source, target);
    const size = whole ? source.size : 0;
    requireQuota(scene, size - (target.node?.size ?? 0));
    if (target.node !== undefined) await replaceTarget(scene, target, target.node, folder);
    const copied = await copyRows(scene, source, folder, target, whole);
    await touchFolders(query, folder.id, Math.max(copied.etag_seq, copied.changed_seq), size, scene.at);
    return { node: toTreeNode(copied, targetPath(target), scene.epoch), created: target.node === undefined };
  });
}

async function replaceTarget(scene: Scene, target: Place, node: NodeRow, folder: NodeRow): Promise<void> {
  const seq = await removeTree(scene, target, node);
  await touchFolders(scene.query, folder.id, seq, -node.size, scene.at);
}

/**
 * Inserts the copies in a few statements, however many there are: every node of the subtree gets a number, its copy
 * the id and the change number that far above the last ones in use. The etag of folders is made of the last of the
 * numbers: it covers all below.
 */
async function copyRows(
  scene: Scene,
  source: NodeRow,
  folder: NodeRow,
  target: Place,
  whole: boolean,
): Promise<NodeRow> {
  const { query } = scene;
  await run(
    query,
    'CREATE TEMP TABLE IF NOT EXISTS copying (id INTEGER PRIMARY KEY, parent_id INTEGER, number INTEGER) STRICT',
  );
  await run(query, 'DELETE FROM copying');
  await run(
    query,
    `WITH RECURSIVE sub(id, parent_id, depth) AS (
       SELECT id, parent_id, 0 FROM nodes WHERE id = ?1
       UNION ALL
       SELECT n.id, n.parent_id, sub.depth + 1 FROM nodes n JOIN sub ON n.parent_id = sub.id WHERE ?2
     ) INSERT INTO copying SELECT id, parent_id, row_number() OVER (ORDER BY depth, id) FROM sub`,
    source.id,
    whole ? 1 : 0,
  );
  const count = (await row<{ n: number }>(query, 'SELECT count(*) AS n FROM copying'))?.n ?? 0;
  const seqBase = (await takeSeqs(query, count)) - 1;
  const idBase =
    (await row<{ seq: number }>(query, `SELECT seq FROM sqlite_sequence WHERE name = 'nodes'`))?.seq ?? 0;
  const name = target.names.at(-1) ?? '';
  await run(
    query,
    `INSERT INTO nodes (id, root_id, parent_id, name, name_key, folder, size, mtime_s, mtime_ns, created_at,
       content_id, checksums, etag_seq, changed_seq, created_seq, executable, favorite, link)
     SELECT ?1 + c.number, n.root_id, CASE WHEN c.number = 1 THEN ?3 ELSE ?1 + p.number END,
       CASE WHEN c.number = 1 THEN ?4 ELSE n.name END, CASE WHEN c.number = 1 THEN ?5 ELSE n.name_key END,
       n.folder, CASE WHEN ?6 THEN n.size ELSE 0 END, n.mtime_s, n.mtime_ns, ?7, n.content_id, n.checksums,
       ?2 + CASE WHEN n.folder THEN ?8 ELSE c.number END, ?2 + c.number, ?2 + c.number, n.executable, 0,
       n.link
     FROM copying c JOIN nodes n ON n.id = c.id LEFT JOIN copying p ON p.id = c.parent_id ORDER BY c.number`,
    idBase,
    seqBase,
    folder.id,
    name,
    nameKey(name),
    whole ? 1 : 0,
    scene.now,
    count,
  );
  await run(
    query,
    `INSERT INTO properties (node_id, ns, name, element)
       SELECT ? + c.number, p.ns, p.name, p.element FROM copying c JOIN properties p ON p.node_id = c.id`,
    idBase,
  );
  return requireRow(query, idBase + 1);
}

async function requireRow(query: Query, id: number): Promise<NodeRow> {
  const found = await row<NodeRow>(query, 'SELECT * FROM nodes WHERE id = ?', id);
  if (found === undefined) throw new AppError('internal', { reason: 'the copy is missing' });
  return found;
}
