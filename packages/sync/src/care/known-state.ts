import type { LocalEntry } from '@holdfast/localfs';
import { localChange } from '../trees/content-change.ts';
import { type Item, type LocalState, localState, pathOf, type RemoteState } from '../trees/item.ts';
import type { FileTruth, KnownState } from './pair-care.ts';

/** What is on the disk. Its hash is known where it is as it was agreed on. */
export function localOf(entry: LocalEntry, item: Item | undefined): KnownState {
  const { path, kind, size, mtime } = entry;
  const sha256 = item !== undefined && isAsAgreed(entry, item) ? hashOf(item.base?.sha) : undefined;
  return { path, kind, size, mtime: milliseconds(mtime.s, mtime.ns), sha256 };
}

/** What the server was last seen with. */
export function remoteOf(item: Item | undefined): KnownState | undefined {
  if (item?.remote === undefined) return undefined;
  const { remote, base } = item;
  const sha = remote.sha ?? (remote === base?.remote ? base.sha : undefined);
  return { ...ofRemote(item, remote), sha256: hashOf(sha) };
}

/** What both sides agreed on, at its local path. */
export function agreedOf(item: Item | undefined): KnownState | undefined {
  if (item?.base === undefined) return undefined;
  const { local, remote, sha } = item.base;
  const { path, kind } = { path: pathOf({ ...item, local }, 'local'), kind: kindOf(item) };
  const etag = remote.etag === '' ? {} : { etag: remote.etag };
  return {
    path,
    kind,
    size: local.size,
    mtime: milliseconds(local.s, local.ns),
    ...etag,
    sha256: hashOf(sha),
  };
}

/** How it is known that both sides hold the same bytes. */
export function proofOf(item: Item | undefined): FileTruth['proof'] {
  if (item?.base === undefined || item.folder) return undefined;
  return hashOf(item.base.sha) === undefined || item.base.unproven === true ? 'size' : 'hash';
}

/** Whether what is on the disk is, as far as can be told without reading it, what was agreed on. */
export function isAsAgreed(entry: LocalEntry, { folder, base }: Item): boolean {
  if (base === undefined || folder !== (entry.kind === 'folder')) return false;
  if (folder) return true;
  const now: LocalState = localState(entry, base.local.parent, base.local.name);
  return localChange(now, base) === 'same';
}

/** Where an item is on the server. */
export function remotePathOf(item: Item): string {
  return pathOf(item, 'remote');
}

function ofRemote(item: Item, remote: RemoteState): Omit<KnownState, 'sha256'> {
  const { size, s, ns, etag } = remote;
  const mtime = ns < 0 ? undefined : milliseconds(s, ns);
  return { path: remotePathOf(item), kind: kindOf(item), size, mtime, ...(etag === '' ? {} : { etag }) };
}

function kindOf({ folder }: Item): KnownState['kind'] {
  return folder ? 'folder' : 'file';
}

function milliseconds(s: number, ns: number): number {
  return s * 1000 + ns / 1_000_000;
}

function hashOf(sha: string | undefined): string | undefined {
  return sha !== undefined && /^[0-9a-f]{64}$/.test(sha) ? sha : undefined;
}
