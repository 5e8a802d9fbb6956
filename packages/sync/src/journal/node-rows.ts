import {
  type Base,
  ctimeOf,
  type Item,
  type LocalState,
  packCtime,
  packDigits,
  type RemoteState,
} from '../trees/item.ts';
import { PackedItem, type ReadBase } from '../trees/packed-item.ts';
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
  readonly link?: boolean;
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
    ...([l.parent.key, l.name, String(l.id), l.size, l.s, l.ns, ctimeOf(l), bitsOf(l)] as const),
    ...([sameParent, r.name === l.name ? null : r.name, r.id ?? null, r.etag, r.size, r.s, r.ns] as const),
    bitsOf(r),
    r.permissions ?? null,
    seen,
  ];
}

const emptyLocal = [null, null, null, null, null, null, null, null] as const;
const emptyRemote = [null, null, null, null, null, null, null, null, null] as const;

/**
 * The trees of all rows, which are read twice rather than kept. What was agreed on counts as still there locally until a scan tells. Rows that name a
 * parent which is no more lose their base: what cannot be told is found out again, and nothing is removed (R2).
 * `complete` is false then: the server has to be read as a whole. What is settled is packed at once; `readBase` reads
 * it again when it is asked for; nothing is packed without it.
 */
export function fromRows(
  read: () => Iterable<NodeRow>,
  readBase?: ReadBase,
): {
  readonly trees: Trees;
  readonly complete: boolean;
} {
  const trees = emptyTrees();
  const at = (key: number) => (key === 0 ? trees.root : trees.items.get(key));
  for (const row of read()) {
    const key = row[0];
    // Holds the place, and the order, until the folders are known.
    trees.items.set(
      key,
      readBase !== undefined && isPackable(row) ? placeholder : emptyItem(key, row[1] === 1),
    );
    if (key >= trees.nextKey) trees.nextKey = key + 1;
  }
  let complete = true;
  for (const row of read()) {
    const key = row[0];
    const packed = readBase !== undefined && isPackable(row) ? packedOf(row, at, readBase) : undefined;
    if (packed !== undefined) {
      trees.items.set(key, packed);
      continue;
    }
    let item = at(key);
    if (item === placeholder) {
      item = emptyItem(key, false);
      trees.items.set(key, item);
    }
    if (item !== undefined && !fill(item, row, at)) complete = false;
  }
  return { trees, complete };
}

/** 1 for executable, 2 for a symbolic link. */
function bitsOf({ executable, link }: { readonly executable: boolean; readonly link: boolean }): number {
  return (executable ? 1 : 0) + (link ? 2 : 0);
}

function fromBits(bits: number | null): { executable: boolean; link: boolean } {
  return { executable: ((bits ?? 0) & 1) !== 0, link: ((bits ?? 0) & 2) !== 0 };
}

type ItemAt = (key: number) => Item | undefined;

const placeholder = emptyItem(-1, false);

function emptyItem(key: number, folder: boolean): Item {
  const states = { local: undefined, remote: undefined, base: undefined };
  return { key, folder, ...states, savedBase: undefined, savedRemote: undefined };
}

/** Whether a row is of a file that is on both sides as agreed, at the same place, and proven. */
function isPackable(row: NodeRow): boolean {
  const [, folder, sha, lparent] = row;
  const moved = row[11] !== null || row[12] !== null;
  return folder === 0 && sha?.length === 64 && lparent !== null && !moved && row[20] === null;
}

function packedOf(row: NodeRow, at: ItemAt, readBase: ReadBase): PackedItem | undefined {
  const base = baseOf(row, at);
  return base?.local.parent.folder ? new PackedItem(row[0], base, readBase) : undefined;
}

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

/** What a row says is agreed on. */
export function baseOf(row: NodeRow, at: ItemAt): Base | undefined {
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
    ...fromBits(lx),
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
    ...fromBits(row[18]),
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
    ...(state.link ? { link: true } : {}),
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
    link: seen.link === true,
    permissions: seen.perm,
    sha1: seen.sha1,
    sha: seen.sha,
  };
}
