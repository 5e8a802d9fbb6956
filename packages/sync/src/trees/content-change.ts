import type { Base, LocalState, RemoteState } from './item.ts';

/** Whether the bytes of a local file are the agreed ones, as far as can be told without reading them. */
export function localChange(local: LocalState, base: Base): 'same' | 'changed' | 'unknown' {
  const was = base.local;
  if (local === was) return 'same';
  if (local.link !== was.link) return 'changed';
  if (local.sha !== undefined) return local.sha === base.sha ? 'same' : 'changed';
  if (local.size !== was.size) return 'changed';
  if (local.id !== was.id || local.s !== was.s || local.ns !== was.ns) return 'unknown';
  // A rename changes the ctime too.
  const renamed = local.parent !== was.parent || local.name !== was.name;
  return (local.cs === was.cs && local.cns === was.cns) || renamed ? 'same' : 'unknown';
}

/** Whether the bytes of a remote file are the agreed ones; `changed` also where it cannot be told. */
export function remoteChange(remote: RemoteState, base: Base): 'same' | 'changed' {
  const was = base.remote;
  if (remote === was) return 'same';
  if (remote.link !== was.link) return 'changed';
  if (remote.size !== was.size) return 'changed';
  if (remote.sha !== undefined) return remote.sha === base.sha ? 'same' : 'changed';
  if (remote.etag !== '') return remote.etag === was.etag ? 'same' : 'changed';
  return remote.s === was.s && remote.ns === was.ns ? 'same' : 'changed';
}
