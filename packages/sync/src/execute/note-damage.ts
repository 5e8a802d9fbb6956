import { createHash } from 'node:crypto';
import type { TreePath } from '@holdfast/base';
import type { RemoteEntry } from '@holdfast/client';
import type { LocalEntry } from '@holdfast/localfs';
import type { Op } from '../plan/op.ts';
import { type Item, type LocalState, localEntryOf, remoteState } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';

/** Stands where the hash of what was agreed on would be: no bytes have it. */
const damagedSha = 'damaged';

/**
 * Remembers that what the server has now is a damaged copy of ours and no work of anybody else, so that it is
 * replaced by the next try and never pulled over the source. `answered` is the etag that the server gave for the
 * upload, `''` where it gave none: what has another one by now is somebody else's.
 */
export async function noteDamage(
  context: ExecuteContext,
  { item, place }: Extract<Op, { kind: 'upload' }>,
  local: LocalState,
  path: TreePath,
  answered = '',
): Promise<void> {
  const now = await context.remote.stat(path, context.signal).catch(() => undefined);
  if (now === undefined || now.kind !== 'file' || now.etag === item.remote?.etag) return;
  if (answered !== '' && now.etag !== '' && now.etag !== answered) return;
  const state = remoteState(now, item.remote?.parent ?? place.parent, item.remote?.name ?? place.rname);
  if (state.sha !== undefined && state.sha === local.sha) return;
  if (!(await isOurs(context, localEntryOf(item, local), now).catch(() => false))) return;
  const { base } = item;
  const agreed = { ...(base?.local ?? local), size: -1 };
  if (base === undefined || (base.remote.parent === state.parent && base.remote.name === state.name)) {
    item.remote = state;
    item.base = { local: agreed, remote: state, sha: damagedSha };
    return;
  }
  // It was moved there, and not here yet: that stays to be done.
  item.remote = { ...state, sha: damagedSha };
  const { parent, name } = base.remote;
  item.base = { local: agreed, remote: { ...item.remote, parent, name }, sha: damagedSha };
}

/** Whether what the server has is known to be a damaged copy of ours. */
export function isDamaged({ base }: Item): boolean {
  return base?.sha === damagedSha;
}

/**
 * Whether a file on the server can only be what has become of `entry`: it has the time that was sent with it, or,
 * where the server keeps no times, it is the beginning of it.
 */
async function isOurs(context: ExecuteContext, entry: LocalEntry, now: RemoteEntry): Promise<boolean> {
  if (now.size > entry.size) return false;
  if (context.policy.remoteKeepsMtime) return now.mtime?.s === entry.mtime.s;
  if (now.size === entry.size) return false;
  if (now.size === 0) return true;
  const { body } = await context.remote.read(now.path, { ifMatch: now.etag, signal: context.signal });
  const here = context.folder.read(entry, { start: 0, end: now.size - 1 });
  return (await hashOf(body)) === (await hashOf(here));
}

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
