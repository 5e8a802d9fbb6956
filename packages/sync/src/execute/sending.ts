import { AppError, childOf, isAppError, type TreePath } from '@holdfast/base';
import type { RemoteEntry, UploadOptions } from '@holdfast/client';
import type { LocalEntry } from '@holdfast/localfs';
import type { Op } from '../plan/op.ts';
import { type LocalState, localEntryOf, pathOf, remoteState } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import { agreeOnOtherBit, mergedBit } from './merge-bit.ts';
import { noteDamage } from './note-damage.ts';
import { recordSent } from './record.ts';

/** An operation that sends a file. */
export type UploadOp = Extract<Op, { kind: 'upload' }>;

/** What is sent, and what it shall be on the server. */
export interface Sending {
  readonly op: UploadOp;
  readonly local: LocalState;
  readonly entry: LocalEntry;
  readonly path: TreePath;
  readonly guard: { readonly ifAbsent: true } | { readonly ifMatch: string };
}

/** @throws AppError `target-changed` when the local file is gone. */
export function sendingOf(op: UploadOp): Sending {
  const { item, place } = op;
  const { local, remote } = item;
  if (local === undefined) throw new AppError('target-changed');
  const executable = mergedBit(item) ?? local.executable;
  const entry = { ...localEntryOf(item, local), executable };
  if (remote !== undefined) {
    return { op, local, entry, path: pathOf(item, 'remote'), guard: { ifMatch: remote.etag } };
  }
  const path = childOf(pathOf(place.parent, 'remote'), place.rname);
  return { op, local, entry, path, guard: { ifAbsent: true } };
}

/** What is sent along with the bytes. */
export function attributesOf({
  mtime,
  executable,
  link,
}: LocalEntry): Pick<UploadOptions, 'mtime' | 'executable' | 'link'> {
  return { mtime, executable, ...(link === true ? { link } : {}) };
}

/** Remembers what an upload that failed may have left on the server. */
export async function noteFailure(
  context: ExecuteContext,
  { op, local, path }: Sending,
  error: unknown,
): Promise<void> {
  if (isAppError(error, 'upload-damaged')) await noteDamage(context, op, local, path);
}

/** Records that the server has a file. @throws AppError `upload-damaged` when it is not the one that was sent. */
export async function recordStored(
  context: ExecuteContext,
  { op, local, entry, path }: Sending,
  stored: RemoteEntry,
  sha: string,
): Promise<void> {
  const { remote } = op.item;
  const state = remoteState(stored, remote?.parent ?? op.place.parent, remote?.name ?? op.place.rname);
  if (stored.size !== entry.size || (state.sha !== undefined && state.sha !== sha)) {
    await noteDamage(context, op, local, path, stored.etag);
    throw new AppError('upload-damaged', { path });
  }
  const proof = stored.proof ?? (context.remote.profile.verifies ? 'hash' : 'size');
  recordSent(op, { ...local, sha }, state, sha, proof);
  if (entry.executable !== local.executable) agreeOnOtherBit(op.item, 'remote');
}
