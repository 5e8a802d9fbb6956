import {
  type Base,
  ctimeOf,
  type Item,
  type LocalState,
  packCtime,
  packDigits,
  type RemoteState,
} from '../trees/item.ts';
import { emptyTrees, type Trees } from '../trees/trees.ts';

/** A row of `node`, as an array in the order of its columns. */
export type NodeRow = [
  key: number,
  folder: number,
  sha: string | null,
  lparent: number | null,
  lname: string | null,
  lid: string | null,
  lsize: number | null,
  ls: number | null,
  lns: number | null,
  lctime: string | null,
  lx: number | null,
  rparent: number | null,
  rname: string | null,
  rid: string | null,
  retag: string | null,
  rsize: number | null,
  rs: number | null,
  rns: number | null,
  rx: number | null,
  rperm: string | null,
  seen: string | null,
];

/** How many columns a row has. */
export const nodeColumns = 21;

const gone = '-';
/** Before the hash of what the server has confirmed the size of alone. */
const unproven = '~';

/** A remote state that differs from the agreed one, as JSON in `seen`. */
interface SeenState {
  readonly parent: number;
  readonly name: string;
  readonly id?: string;
  readonly etag: string;
  readonly size: number;
  readonly s: number;
  readonly ns: number;
  readonly x: boolean;
  readonly perm?: string;
  readonly sha1?: string;
  readonly sha?: string;
}

/** The row of an item; undefined when there is nothing to keep: it is only on the disk, and found there again. */
export function toRow(item: Item): NodeRow | undefined {
  const { key, base, remote } = item;
  if (base === undefined && remote === undefined) return undefined;
  const seen = remote === base?.remote ? null : remote === undefined ? gone : toSeen(remote);
  const folder = item.folder ? 1 : 0;
  if (base === undefined) {
    return [key, folder, null, ...emptyLocal, ...emptyRemote, seen];
  }
  const l = base.local;
  const r = base.remote;
  const sameParent = r.parent === l.parent ? null : r.parent.key;
  return [
    key,
    folder,
    base.unproven === true ? `${unproven}${base.sha}` : base.sha,
    ...([l.parent.key, l.name, String(l.id), l.size, l.s, l.ns, ctimeOf(l), l.executable ? 1 : 0] as const),
    ...([sameParent, r.name === l.name ? null : r.name, r.id ?? null, r.etag, r.size, r.s, r.ns] as const),
    r.executable ? 1 : 0,
    r.permissions ?? null,
    seen,
  ];
}

const emptyLocal = [null, null, null, null, null, null, null, null] as const;
const emptyRemote = [null, null, null, null, null, null, null, null, null] as const;

/**
 * The trees of all rows, which are read twice rather than kept. What was agreed on counts as still there locally until a scan tells. Rows that name a
 * parent which is no more lose their base: what cannot be told is found out again, and nothing is removed (R2).
 * `complete` is false then: the server has to be read as a whole.
 */
export function fromRows(read: () => Iterable<NodeRow>): {
  readonly trees: Trees;
  readonly complete: boolean;
} {
  const trees = emptyTrees();
  const at = (key: number) => (key === 0 ? trees.root : trees.items.get(key));
  for (const row of read()) {
    const item: Item = {
      key: row[0],
      folder: row[1] === 1,
      local: undefined,
      remote: undefined,
      base: undefined,
      savedBase: undefined,
      savedRemote: undefined,
    };
    trees.items.set(item.key, item);
    if (item.key >= trees.nextKey) trees.nextKey = item.key + 1;
  }
  let complete = true;
  for (const row of read()) {
    const item = at(row[0]);
    if (item !== undefined && !fill(item, row, at)) complete = false;
  }
  return { trees, complete };
}

type ItemAt = (key: number) => Item | undefined;

/** Many files share an owner's rights. */
const permissionTexts = new Map<string, string>();

function fill(item: Item, row: NodeRow, at: ItemAt): boolean {
  const seen = row[20];
  item.base = baseOf(row, at);
  item.local = item.base?.local;
  if (seen === null) item.remote = item.base?.remote;
  else if (seen !== gone) item.remote = fromSeen(seen, at);
  item.savedBase = item.base;
  item.savedRemote = item.remote;
  return (item.base !== undefined || row[3] === null) && (item.remote !== undefined || seen === gone);
}

function baseOf(row: NodeRow, at: ItemAt): Base | undefined {
  const [, , sha, lparent, lname, lid, lsize, ls, lns, lctime, lx] = row;
  if (lparent === null || lname === null) return undefined;
  const parent = at(lparent);
  const there = row[11] === null ? parent : at(row[11]);
  if (parent === undefined || there === undefined) return undefined;
  const { cs, cns } = packCtime(lctime ?? '0');
  const local: LocalState = {
    parent,
    name: lname,
    id: packDigits(lid ?? ''),
    size: lsize ?? 0,
    s: ls ?? 0,
    ns: lns ?? 0,
    cs,
    cns,
    executable: lx === 1,
    sha: undefined,
  };
  const remote: RemoteState = {
    parent: there,
    name: row[12] ?? lname,
    id: row[13] ?? undefined,
    etag: row[14] ?? '',
    size: row[15] ?? 0,
    s: row[16] ?? 0,
    ns: row[17] ?? -1,
    executable: row[18] === 1,
    permissions: row[19] === null ? undefined : shared(row[19]),
    sha1: undefined,
    sha: undefined,
  };
  return sha?.startsWith(unproven)
    ? { local, remote, sha: sha.slice(unproven.length), unproven: true }
    : { local, remote, sha: sha ?? '' };
}

function shared(text: string): string {
  const known = permissionTexts.get(text);
  if (known === undefined) permissionTexts.set(text, text);
  return known ?? text;
}

function toSeen(state: RemoteState): string {
  const seen: SeenState = {
    parent: state.parent.key,
    name: state.name,
    ...(state.id === undefined ? {} : { id: state.id }),
    etag: state.etag,
    size: state.size,
    s: state.s,
    ns: state.ns,
    x: state.executable,
    ...(state.permissions === undefined ? {} : { perm: state.permissions }),
    ...(state.sha1 === undefined ? {} : { sha1: state.sha1 }),
    ...(state.sha === undefined ? {} : { sha: state.sha }),
  };
  return JSON.stringify(seen);
}

function fromSeen(text: string, at: ItemAt): RemoteState | undefined {
  const seen = JSON.parse(text) as SeenState;
  const parent = at(seen.parent);
  if (parent === undefined) return undefined;
  return {
    parent,
    name: seen.name,
    id: seen.id,
    etag: seen.etag,
    size: seen.size,
    s: seen.s,
    ns: seen.ns,
    executable: seen.x,
    permissions: seen.perm,
    sha1: seen.sha1,
    sha: seen.sha,
  };
}
