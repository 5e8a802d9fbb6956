import { createHash } from 'node:crypto';
import { AppError, childOf, isAppError, type TreePath } from '@holdfast/base';
import type { RemoteEntry } from '@holdfast/client';
import type { LocalEntry } from '@holdfast/localfs';
import type { Op } from '../plan/op.ts';
import { type LocalState, localEntryOf, pathOf, remoteState } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import { recordSent } from './record.ts';
import { HashingSource } from './upload-source.ts';

/**
 * Sends a file and believes it only when what the server has fits (R6): size, and hash where the server tells one.
 * @throws AppError `upload-damaged`, `target-changed`; those of the ports.
 */
export async function upload(context: ExecuteContext, op: Extract<Op, { kind: 'upload' }>): Promise<void> {
  const { item, place } = op;
  const { local, remote } = item;
  if (local === undefined) throw new AppError('target-changed');
  const entry = localEntryOf(item, local);
  const path =
    remote === undefined ? childOf(pathOf(place.parent, 'remote'), place.rname) : pathOf(item, 'remote');
  let intended: string | undefined;
  const intend = (sha: string): void => {
    if (sha !== intended) context.intend({ kind: 'upload', item, path, sha, local });
    intended = sha;
  };
  if (local.sha !== undefined) intend(local.sha);
  const source = new HashingSource(context.folder, entry, intend);
  const guard = remote === undefined ? ({ ifAbsent: true } as const) : { ifMatch: remote.etag };
  let stored: RemoteEntry;
  try {
    stored = await context.remote.write(path, source, {
      ...guard,
      mtime: entry.mtime,
      executable: entry.executable,
      ...(local.sha === undefined ? {} : { sha256: local.sha }),
      signal: context.signal,
      onProgress: (bytes) => context.onBytes('up', bytes),
    });
  } catch (error) {
    if (isAppError(error, 'upload-damaged')) await noteDamage(context, op, local, path);
    throw error;
  }
  const sha = local.sha ?? source.sha256() ?? (await context.folder.hash(entry, context.signal));
  const state = remoteState(stored, remote?.parent ?? place.parent, remote?.name ?? place.rname);
  if (stored.size !== entry.size || (state.sha !== undefined && state.sha !== sha)) {
    await noteDamage(context, op, local, path);
    throw new AppError('upload-damaged', { path });
  }
  recordSent(op, { ...local, sha }, state, sha);
}

/**
 * Remembers that what the server has now is a damaged copy of ours and no work of anybody else, so that it is
 * replaced by the next try and never pulled over the source.
 */
async function noteDamage(
  context: ExecuteContext,
  { item, place }: Extract<Op, { kind: 'upload' }>,
  local: LocalState,
  path: TreePath,
): Promise<void> {
  const now = await context.remote.stat(path, context.signal).catch(() => undefined);
  if (now === undefined || now.kind !== 'file' || now.etag === item.remote?.etag) return;
  const state = remoteState(now, item.remote?.parent ?? place.parent, item.remote?.name ?? place.rname);
  if (state.sha !== undefined && state.sha === local.sha) return;
  if (!(await isOurs(context, localEntryOf(item, local), now).catch(() => false))) return;
  item.remote = state;
  item.base = { local: { ...(item.base?.local ?? local), size: -1 }, remote: state, sha: 'damaged' };
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
