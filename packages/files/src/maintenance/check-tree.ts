import { childOf, type TreePath } from '@holdfast/base';
import { type NodeRow, type Query, rows } from '@holdfast/db';
import { nameKey } from '../names.ts';
import type { Finding, FindingKind } from './finding.ts';

/** A finding of the tree before repair, with what a repair needs to know. */
export interface TreeFinding {
  readonly kind: FindingKind;
  readonly nodeId: number;
  readonly text: string;
}

/** What of a node the checks need. */
type Checked = Pick<
  NodeRow,
  | 'id'
  | 'root_id'
  | 'parent_id'
  | 'name'
  | 'name_key'
  | 'folder'
  | 'size'
  | 'etag_seq'
  | 'changed_seq'
  | 'content_id'
>;

interface Folder {
  readonly row: Checked;
  /** Sum of the sizes of what is directly in it, as stored. */
  content: number;
  reachable: boolean | undefined;
}

const pageSize = 5000;

/** Checks the shape of all trees: reachable, well named, sizes that add up, etags that cover what is below. */
export async function checkTree(
  query: Query,
  onNodes: (count: number) => void,
): Promise<{ findings: TreeFinding[]; nodes: number }> {
  const findings: TreeFinding[] = [];
  const add = (kind: FindingKind, nodeId: number, text: string) => findings.push({ kind, nodeId, text });
  const roots = await checkRoots(query, add);
  const last = (await rows<{ seq: number }>(query, 'SELECT seq FROM feed'))[0]?.seq ?? 0;
  const folders = new Map<number, Folder>();
  for await (const row of allNodes(query, 1))
    folders.set(row.id, { row, content: 0, reachable: roots.has(row.id) || undefined });
  let nodes = 0;
  for await (const row of allNodes(query)) {
    nodes++;
    if (nodes % pageSize === 0) onNodes(nodes);
    if (row.etag_seq > last || row.changed_seq > last)
      add('sequence', row.id, 'its change is newer than the feed');
    if (row.folder === 0 && row.content_id === null)
      add('file-content', row.id, 'it is a file without content');
    if (roots.has(row.id)) continue;
    if (row.name_key !== nameKey(row.name)) add('name-key', row.id, 'its name is filed under another one');
    const parent = row.parent_id === null ? undefined : folders.get(row.parent_id);
    if (parent === undefined || !isReachable(parent, folders)) {
      // Of several that hang together, only the topmost is an orphan; the others come with it.
      if (parent === undefined || inCycle(row, folders)) add('orphan', row.id, 'no folder leads to it');
      continue;
    }
    parent.content += row.size;
    if (parent.row.root_id !== row.root_id) add('tree-shape', row.id, 'it is filed under another account');
    if (Math.max(row.etag_seq, row.changed_seq) > parent.row.etag_seq) {
      add('sequence', parent.row.id, `its etag is older than the last change of "${row.name}" in it`);
    }
  }
  for (const { row, content, reachable } of folders.values()) {
    if (reachable === true && row.size !== content) {
      add('folder-size', row.id, `its size is ${row.size}, but what is in it adds up to ${content}`);
    }
  }
  onNodes(nodes);
  return { findings, nodes };
}

async function checkRoots(
  query: Query,
  add: (kind: FindingKind, nodeId: number, text: string) => void,
): Promise<Set<number>> {
  const found = await rows<{ user_id: string; node_id: number; ok: number }>(
    query,
    `SELECT r.user_id, r.node_id,
       (n.id IS NOT NULL AND n.folder = 1 AND n.parent_id IS NULL AND n.root_id = n.id) AS ok
     FROM roots r LEFT JOIN nodes n ON n.id = r.node_id`,
  );
  for (const root of found) {
    if (root.ok !== 1)
      add('root', root.node_id, `the tree of the account ${root.user_id} has no proper root`);
  }
  return new Set(found.map((root) => root.node_id));
}

async function* allNodes(query: Query, folder?: 1): AsyncGenerator<Checked> {
  let after = 0;
  while (true) {
    const page = await rows<Checked>(
      query,
      `SELECT id, root_id, parent_id, name, name_key, folder, size, etag_seq, changed_seq, content_id FROM nodes
         WHERE id > ? AND folder >= ? ORDER BY id LIMIT ${pageSize}`,
      after,
      folder ?? 0,
    );
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last.id;
  }
}

function isReachable(start: Folder, folders: ReadonlyMap<number, Folder>): boolean {
  const way: Folder[] = [];
  const seen = new Set<Folder>();
  let at: Folder | undefined = start;
  while (at !== undefined && at.reachable === undefined && !seen.has(at)) {
    way.push(at);
    seen.add(at);
    at = at.row.parent_id === null ? undefined : folders.get(at.row.parent_id);
  }
  const reachable = at?.reachable === true;
  for (const folder of way) folder.reachable = reachable;
  return reachable;
}

/** Whether going up from a folder comes back to it, and it is the one of the circle with the lowest id. */
function inCycle(row: Checked, folders: ReadonlyMap<number, Folder>): boolean {
  const seen = new Set<number>();
  let at = row.parent_id;
  while (at !== null && at !== row.id && !seen.has(at)) {
    if (at < row.id && folders.get(at) === undefined) return false;
    seen.add(at);
    at = folders.get(at)?.row.parent_id ?? null;
  }
  return at === row.id && [...seen].every((id) => id > row.id);
}

/** Where a node is, as far as it can be told. */
export async function describeNodes(
  query: Query,
  ids: readonly number[],
): Promise<Map<number, Pick<Finding, 'userId' | 'path'>>> {
  const out = new Map<number, Pick<Finding, 'userId' | 'path'>>();
  const steps = await rows<{ start: number; name: string; parent_id: number | null; user_id: string | null }>(
    query,
    `WITH RECURSIVE up(start, id, name, parent_id, height) AS (
       SELECT id, id, name, parent_id, 0 FROM nodes WHERE id IN (SELECT value FROM json_each(?))
       UNION ALL
       SELECT up.start, n.id, n.name, n.parent_id, up.height + 1 FROM up JOIN nodes n ON n.id = up.parent_id
         WHERE up.height < 1000
     ) SELECT up.start, up.name, up.parent_id, r.user_id FROM up LEFT JOIN roots r ON r.node_id = up.id
       ORDER BY up.start, up.height DESC`,
    JSON.stringify(ids),
  );
  const paths = new Map<number, TreePath>();
  for (const { start, name, parent_id, user_id } of steps) {
    if (parent_id !== null) paths.set(start, childOf(paths.get(start) ?? '', name));
    const known = out.get(start);
    const userId = known?.userId ?? user_id;
    out.set(start, { ...(userId === null ? {} : { userId }), path: paths.get(start) ?? '' });
  }
  return out;
}
