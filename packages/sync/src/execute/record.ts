import type { Op, Place } from '../plan/op.ts';
import { localChange, remoteChange } from '../trees/content-change.ts';
import type { Item, LocalState, RemoteState } from '../trees/item.ts';
import { addItem, removeItem, type Trees } from '../trees/trees.ts';

type OpOf<Kind extends Op['kind']> = Extract<Op, { kind: Kind }>;

/** Both sides hold the same at the same place. */
export function recordAdopted({ item, place, sha }: OpOf<'adopt'>): void {
  agree(item, place, sha);
}

/** It is on neither side any more. */
export function recordForgotten(trees: Trees, { item }: OpOf<'forget'>): void {
  removeItem(trees, item);
}

/** A folder was made on one side; `state` is what is there now. */
export function recordMade(op: OpOf<'mkdir'>, state: LocalState | RemoteState): void {
  setState(op.item, op.side, state);
  agree(op.item, op.place, '');
}

/** An item was renamed on one side. Its bytes are the same; its ctime or etag may be new. */
export function recordMoved(op: OpOf<'move'>, state: LocalState | RemoteState): void {
  const { item, side, place } = op;
  const { local, remote, base } = item;
  if (side === 'local' && local !== undefined) {
    const moved = state as LocalState;
    moved.sha = local.sha;
    item.local = moved;
    if (base !== undefined && localChange(local, base) === 'same') {
      item.base = { ...base, local: { ...base.local, cs: moved.cs, cns: moved.cns } };
    }
  } else if (side === 'remote' && remote !== undefined) {
    const moved = state as RemoteState;
    moved.sha ??= remote.sha;
    item.remote = moved;
    if (base !== undefined && remoteChange(remote, base) === 'same') {
      item.base = { ...base, remote: { ...base.remote, etag: moved.etag } };
    }
  }
  if (place !== undefined) agree(item, place, undefined);
}

/** The local version has become a conflict copy: a new file. What is on the server has the name, and no base. */
export function recordSetAside(trees: Trees, { item }: OpOf<'set-aside'>, copy: LocalState): Item {
  const aside = addItem(trees, false);
  copy.sha = item.local?.sha;
  aside.local = copy;
  item.local = undefined;
  item.base = undefined;
  return aside;
}

/** The bytes of `local` are on the server now; `proof`: what the server has confirmed of them. */
export function recordSent(
  op: OpOf<'upload'>,
  local: LocalState,
  remote: RemoteState,
  sha: string,
  proof: 'hash' | 'size' = 'hash',
): void {
  local.sha = sha;
  remote.sha = sha;
  op.item.local = local;
  op.item.remote = remote;
  agree(op.item, op.place, sha, proof === 'size');
}

/** The bytes of `remote` are on the disk now. */
export function recordFetched(
  op: OpOf<'download'>,
  local: LocalState,
  remote: RemoteState,
  sha: string,
): void {
  local.sha = sha;
  remote.sha = sha;
  op.item.local = local;
  op.item.remote = remote;
  agree(op.item, op.place, sha, false);
}

/** Time and executable bit were carried over. */
export function recordTouched(op: OpOf<'touch'>, state: LocalState | RemoteState): void {
  const { item, side } = op;
  const sha = item.base?.sha ?? item.local?.sha;
  const before = side === 'local' ? item.local?.sha : item.remote?.sha;
  state.sha ??= before;
  setState(item, side, state);
  if (sha !== undefined) agree(item, op.place, item.local?.sha ?? sha);
}

/** One side was cleared of `below`; the other one had none of it already. */
export function recordDeleted(trees: Trees, op: OpOf<'delete'>): void {
  for (const item of op.below) {
    item[op.side] = undefined;
    if (item.local === undefined && item.remote === undefined) removeItem(trees, item);
  }
}

function setState(item: Item, side: 'local' | 'remote', state: LocalState | RemoteState): void {
  if (side === 'local') item.local = state as LocalState;
  else item.remote = state as RemoteState;
}

/**
 * Brings the merge base up to what both sides have in common by now: the place, when both are there; and the
 * bytes, when `sha` says that they are the same. The rest stays as it was agreed on before. `guessed`: the server has
 * not confirmed the bytes; where it is left out, bytes that are new to the base were compared.
 */
function agree(item: Item, place: Place, sha: string | undefined, guessed?: boolean): void {
  const { local, remote, base } = item;
  const known = base !== undefined && (sha === undefined || sha === base.sha) && base.unproven === true;
  const proof = (guessed ?? known) ? ({ unproven: true } as const) : {};
  if (local === undefined || remote === undefined) return;
  const placed =
    local.parent === place.parent &&
    local.name === place.lname &&
    remote.parent === place.parent &&
    remote.name === place.rname;
  if (placed && (sha !== undefined || (base !== undefined && item.folder))) {
    item.base = { local, remote, sha: sha ?? '', ...proof };
  } else if (base !== undefined && sha !== undefined) {
    item.base = {
      local: { ...local, parent: base.local.parent, name: base.local.name },
      remote: { ...remote, parent: base.remote.parent, name: base.remote.name },
      sha,
      ...proof,
    };
  } else if (base !== undefined && placed) {
    const agreed = {
      local: { ...base.local, parent: local.parent, name: local.name },
      remote: { ...base.remote, parent: remote.parent, name: remote.name },
      sha: base.sha,
      ...proof,
    };
    if (localChange(local, agreed) === 'same' && remoteChange(remote, agreed) === 'same') {
      item.base = sameAttributes(item, agreed) ? { ...agreed, local, remote } : agreed;
    } else item.base = agreed;
  }
}

/** Whether nothing but the place has changed since: then the states themselves are what is agreed on. */
function sameAttributes(item: Item, agreed: { local: LocalState; remote: RemoteState }): boolean {
  const { local, remote } = item;
  if (local === undefined || remote === undefined) return false;
  return (
    local.s === agreed.local.s &&
    local.ns === agreed.local.ns &&
    local.executable === agreed.local.executable &&
    remote.s === agreed.remote.s &&
    remote.ns === agreed.remote.ns &&
    remote.executable === agreed.remote.executable
  );
}
