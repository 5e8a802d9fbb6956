import type { TreePath } from '@holdfast/base';
import type { RemoteEntry } from '@holdfast/client';
import type { LocalEntry } from '@holdfast/localfs';

/** Decimal digits, as the number they are where that is exact, which takes no memory of its own. */
export type Digits = number | string;

/** The one form of `text`, so that equal texts give equal values. */
export function packDigits(text: string): Digits {
  const value = Number(text);
  return Number.isSafeInteger(value) && String(value) === text ? value : text;
}

/** Nanoseconds in decimal as `cs` and `cns` of a state. */
export function packCtime(text: string): { readonly cs: number; readonly cns: number } {
  const ns = BigInt(text);
  return { cs: Number(ns / billion), cns: Number(ns % billion) };
}

/** The change time of a state, nanoseconds in decimal. */
export function ctimeOf({ cs, cns }: { readonly cs: number; readonly cns: number }): string {
  return String(BigInt(cs) * billion + BigInt(cns));
}

const billion = 1_000_000_000n;

/**
 * What was last seen of an item on the local disk. Never changed after it was made, but for `sha` (found out
 * later): `local === base.local` means "as agreed".
 */
export interface LocalState {
  readonly parent: Item;
  readonly name: string;
  readonly id: Digits;
  readonly size: number;
  readonly s: number;
  readonly ns: number;
  /** Change time of the inode: whole seconds, and nanoseconds with the same sign. */
  readonly cs: number;
  readonly cns: number;
  readonly executable: boolean;
  /** A symbolic link; its target is the content. */
  readonly link: boolean;
  /** SHA-256 of the bytes of this state, once it is known. */
  sha: string | undefined;
}

/** What was last seen of an item on the server. Kept like `LocalState`. */
export interface RemoteState {
  readonly parent: Item;
  readonly name: string;
  readonly id: string | undefined;
  readonly etag: string;
  readonly size: number;
  readonly s: number;
  /** -1: the server gave no time. */
  readonly ns: number;
  readonly executable: boolean;
  readonly link: boolean;
  readonly permissions: string | undefined;
  /** Announced by the server; not SHA-256. */
  readonly sha1: string | undefined;
  /** SHA-256, announced or found out. A text that is no hash stands for "other bytes than the local ones". */
  sha: string | undefined;
}

/** The merge base: what both sides last agreed on. */
export interface Base {
  readonly local: LocalState;
  readonly remote: RemoteState;
  /** SHA-256 of the agreed content; `''` for folders. */
  readonly sha: string;
  /** The server has confirmed the size of what was sent, and not its bytes. */
  readonly unproven?: true;
}

/**
 * One file or folder, known by its identity on each side and never by its path: a rename changes one state of one
 * item, whatever is below it. A file and a folder are never the same item.
 */
export interface Item {
  /** Row of the journal; 0 is the root. */
  readonly key: number;
  readonly folder: boolean;
  local: LocalState | undefined;
  remote: RemoteState | undefined;
  base: Base | undefined;
  /** What the journal holds of `base` and `remote`: another object than that has to be written. */
  savedBase: Base | undefined;
  savedRemote: RemoteState | undefined;
}

/** Path of an item on one side. What is not there yet counts as where it is on the other side. */
export function pathOf(item: Item, side: 'local' | 'remote'): TreePath {
  let path = '';
  let at: Item = item;
  while (at.key !== 0) {
    const state = at[side] ?? at.local ?? at.remote ?? at.base?.[side];
    if (state === undefined) break;
    path = path === '' ? state.name : `${state.name}/${path}`;
    at = state.parent;
  }
  return path;
}

/** Path for people: where the item is locally, or else on the server. */
export function shownPath(item: Item): TreePath {
  return pathOf(item, item.local !== undefined || item.remote === undefined ? 'local' : 'remote');
}

/** The state of an entry seen on the disk. */
export function localState(entry: LocalEntry, parent: Item, name: string): LocalState {
  const { cs, cns } = packCtime(entry.ctime);
  return {
    parent,
    name,
    id: packDigits(entry.id),
    size: entry.size,
    s: entry.mtime.s,
    ns: entry.mtime.ns,
    cs,
    cns,
    executable: entry.executable,
    link: entry.link === true,
    sha: undefined,
  };
}

/** The state of an entry seen on the server. */
export function remoteState(entry: RemoteEntry, parent: Item, name: string): RemoteState {
  let sha: string | undefined;
  let sha1: string | undefined;
  for (const checksum of entry.checksums) {
    if (checksum.kind === 'SHA256') sha = checksum.hex;
    else if (checksum.kind === 'SHA1') sha1 = checksum.hex;
  }
  return {
    parent,
    name,
    id: entry.id,
    etag: entry.etag,
    size: entry.size,
    s: entry.mtime?.s ?? 0,
    ns: entry.mtime?.ns ?? -1,
    executable: entry.executable,
    link: entry.link === true,
    permissions: entry.permissions,
    sha1,
    sha,
  };
}

/** The entry a state was made from, at the item's present path: what the folder must still show. */
export function localEntryOf(item: Item, state: LocalState): LocalEntry {
  return {
    path: pathOf(item, 'local'),
    kind: item.folder ? 'folder' : 'file',
    id: String(state.id),
    size: state.size,
    mtime: { s: state.s, ns: state.ns },
    ctime: ctimeOf(state),
    executable: state.executable,
    ...(state.link ? { link: true } : {}),
  };
}

/** The entry a state was made from, at the item's present path. */
export function remoteEntryOf(item: Item, state: RemoteState): RemoteEntry {
  return {
    path: pathOf(item, 'remote'),
    id: state.id,
    kind: item.folder ? 'folder' : 'file',
    etag: state.etag,
    size: state.size,
    mtime: state.ns < 0 ? undefined : { s: state.s, ns: state.ns },
    checksums: state.sha === undefined ? [] : [{ kind: 'SHA256', hex: state.sha }],
    executable: state.executable,
    ...(state.link ? { link: true } : {}),
    permissions: state.permissions,
  };
}

/** Whether two remote states are the same in everything that matters to a file, or to a folder but its etag. */
export function sameRemote(a: RemoteState, b: RemoteState, folder: boolean): boolean {
  return (
    a.parent === b.parent &&
    a.name === b.name &&
    a.id === b.id &&
    (folder || (a.etag === b.etag && a.size === b.size && a.s === b.s && a.ns === b.ns)) &&
    a.executable === b.executable &&
    a.link === b.link &&
    a.permissions === b.permissions
  );
}
