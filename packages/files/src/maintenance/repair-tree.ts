import { type Db, type NodeRow, type Query, row, rows, run } from '@holdfast/db';
import { nameKey } from '../names.ts';
import { takeSeqs } from '../sequence.ts';
import { insertNewNode } from '../store-node.ts';
import type { TreeFinding } from './check-tree.ts';

/** Mends the shape of the trees in one transaction, and says which findings are mended. Removes nothing. */
export async function repairTree(db: Db, findings: readonly TreeFinding[]): Promise<ReadonlySet<unknown>> {
  const repaired = new Set<unknown>();
  if (findings.length === 0) return repaired;
  await db.write(async (query) => {
    for (const finding of findings) {
      if (await repairOne(query, finding)) repaired.add(finding);
    }
    // After everything is where it belongs; folders from the deepest up, so that sums meet sums.
    await addUpSizes(query);
    await renewEtags(query);
  });
  return repaired;
}

async function repairOne(query: Query, finding: TreeFinding): Promise<boolean> {
  switch (finding.kind) {
    case 'folder-size':
    case 'sequence':
      return true;
    case 'orphan':
      return adopt(query, finding.nodeId);
    case 'name-key':
      return refile(query, finding.nodeId);
    case 'tree-shape': {
      await run(
        query,
        `UPDATE nodes SET root_id = (SELECT p.root_id FROM nodes p WHERE p.id = nodes.parent_id), changed_seq = ?
           WHERE id = ?`,
        await takeSeqs(query),
        finding.nodeId,
      );
      return true;
    }
    default:
      return false;
  }
}

/** Puts a node that no folder leads to into `lost+found` of its account, or of the first there is. */
async function adopt(query: Query, nodeId: number): Promise<boolean> {
  const root = await row<NodeRow>(
    query,
    `SELECT n.* FROM nodes n JOIN roots r ON r.node_id = n.id
       ORDER BY n.id = (SELECT root_id FROM nodes WHERE id = ?) DESC, n.id LIMIT 1`,
    nodeId,
  );
  if (root === undefined) return false;
  const folder = await lostAndFound(query, root);
  const name = `${nodeId}`;
  await run(
    query,
    'UPDATE nodes SET parent_id = ?, name = ?, name_key = ?, changed_seq = ? WHERE id = ?',
    folder.id,
    name,
    name,
    await takeSeqs(query),
    nodeId,
  );
  await run(
    query,
    `WITH RECURSIVE sub(id) AS (SELECT ? UNION SELECT n.id FROM nodes n JOIN sub ON n.parent_id = sub.id)
       UPDATE nodes SET root_id = ? WHERE id IN (SELECT id FROM sub) AND root_id <> ?`,
    nodeId,
    root.id,
    root.id,
  );
  return true;
}

async function lostAndFound(query: Query, root: NodeRow): Promise<NodeRow> {
  const there = await row<NodeRow>(
    query,
    `SELECT * FROM nodes WHERE parent_id = ? AND name_key = 'lost+found' AND folder = 1`,
    root.id,
  );
  if (there !== undefined) return there;
  const taken = await row(
    query,
    `SELECT 1 FROM nodes WHERE parent_id = ? AND name_key = 'lost+found'`,
    root.id,
  );
  const seq = await takeSeqs(query);
  return insertNewNode(query, {
    parent: root,
    name: taken === undefined ? 'lost+found' : `lost+found-${seq}`,
    seq,
    mtime: { s: root.mtime_s, ns: root.mtime_ns },
    createdAt: root.created_at,
  });
}

/** Files a node under its own name; where that is taken, the id goes behind the name. */
async function refile(query: Query, nodeId: number): Promise<boolean> {
  const node = await row<NodeRow>(query, 'SELECT * FROM nodes WHERE id = ?', nodeId);
  if (node === undefined) return false;
  const taken = await row(
    query,
    'SELECT 1 FROM nodes WHERE parent_id = ? AND name_key = ? AND id <> ?',
    node.parent_id,
    nameKey(node.name),
    nodeId,
  );
  const name = taken === undefined ? node.name : `${node.name} (${nodeId})`;
  await run(
    query,
    'UPDATE nodes SET name = ?, name_key = ?, changed_seq = ? WHERE id = ?',
    name,
    nameKey(name),
    await takeSeqs(query),
    nodeId,
  );
  return true;
}

async function addUpSizes(query: Query): Promise<void> {
  const folders = await rows<{ id: number }>(
    query,
    `WITH RECURSIVE down(id, depth) AS (
       SELECT node_id, 0 FROM roots
       UNION ALL SELECT n.id, down.depth + 1 FROM nodes n JOIN down ON n.parent_id = down.id WHERE n.folder = 1
     ) SELECT id FROM down ORDER BY depth DESC`,
  );
  for (const { id } of folders) {
    await run(
      query,
      `UPDATE nodes SET size = (SELECT coalesce(sum(c.size), 0) FROM nodes c WHERE c.parent_id = nodes.id)
         WHERE id = ?`,
      id,
    );
  }
}

/** One new etag for every folder: whoever compares etags looks at everything again. */
async function renewEtags(query: Query): Promise<void> {
  await run(
    query,
    `UPDATE feed SET seq = 1 + max(seq, (SELECT coalesce(max(max(etag_seq, changed_seq)), 0) FROM nodes),
       (SELECT coalesce(max(seq), 0) FROM changes))`,
  );
  await run(query, 'UPDATE nodes SET etag_seq = (SELECT seq FROM feed) WHERE folder = 1');
}
