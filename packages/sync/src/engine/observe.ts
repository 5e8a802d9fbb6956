import { AppError, isAppError } from '@holdfast/base';
import type { Remote, RemoteEntry } from '@holdfast/client';
import type { Folder, LocalScan } from '@holdfast/localfs';
import type { LeftOut } from '../choice/left-out.ts';
import type { StoredIntent } from '../journal/intent.ts';
import { ChildIndex } from '../trees/child-index.ts';
import { collectRemote, type RemoteReading } from '../trees/collect-remote.ts';
import { remoteEntryOf } from '../trees/item.ts';
import { pairNew } from '../trees/pair-new.ts';
import { readLocal } from '../trees/read-local.ts';
import { readRemote } from '../trees/read-remote.ts';
import type { Trees } from '../trees/trees.ts';
import { restoredMeanwhile } from './identity-check.ts';
import { settleLocalIntents } from './settle-local-intents.ts';
import { settleRemoteIntents } from './settle-remote-intents.ts';

/** One look at both sides. */
export interface Observation {
  /** What the scan has shown and is not synced. */
  readonly problems: LocalScan['problems'];
  readonly cursor: string | undefined;
}

/** What is known of the server before a look. */
export interface KnownRemote {
  /** Where the change feed was read to. */
  readonly cursor: string | undefined;
  /** False: not all of it is known, so nothing may be passed over. */
  readonly complete: boolean;
  /** Nothing was ever agreed on: a missing folder is an empty one. */
  readonly first: boolean;
  /** The epoch of the server that the journal is about; `''` where it cannot be told. */
  readonly epoch: string;
}

/**
 * Looks at both sides at the same time and takes what was seen into the trees, once both looks are complete (R4).
 * `intents` are the changes of which it is not known whether they took effect.
 * @throws AppError those of `scan` and `changes`; the trees are as before then, or to be thrown away when it came
 *   from taking them in.
 */
export async function observe(
  trees: Trees,
  folder: Folder,
  remote: Remote,
  known: KnownRemote,
  intents: readonly StoredIntent[],
  leftOut: LeftOut,
  signal: AbortSignal,
): Promise<Observation> {
  const [scan, reading] = await Promise.all([
    folder.scan(signal, leftOut.filterWhole()),
    lookAtRemote(trees, remote, known, signal),
  ]);
  signal.throwIfAborted();
  const { stableIds } = remote.profile;
  if (intents.length === 0) {
    readLocal(trees, scan);
    readRemote(trees, reading, stableIds);
    return { problems: scan.problems, cursor: reading.cursor };
  }
  readRemote(trees, reading, stableIds);
  const takeBack = await settleRemoteIntents(trees, intents, remote, signal);
  readLocal(trees, scan);
  takeBack();
  if (intents.some(({ kind }) => kind === 'download' || kind === 'move')) {
    pairNew(trees);
    await settleLocalIntents(trees, intents, folder, signal);
  }
  return { problems: scan.problems, cursor: reading.cursor };
}

/** One complete look at the server. */
export async function lookAtRemote(
  trees: Trees,
  remote: Remote,
  { cursor, complete, first, epoch }: KnownRemote,
  signal: AbortSignal,
): Promise<RemoteReading> {
  let index: ChildIndex | undefined;
  const known = (path: string): RemoteEntry | undefined => {
    if (!complete) return undefined;
    index ??= ChildIndex.of(trees, 'remote');
    const item = path === '' ? trees.root : index.at(path);
    if (item?.remote === undefined) return undefined;
    return { ...remoteEntryOf(item, item.remote), path };
  };
  try {
    const reading = await collectRemote(remote.changes(cursor, known, signal));
    if (reading.epoch !== undefined && epoch !== '' && reading.epoch !== epoch) throw restoredMeanwhile();
    return reading;
  } catch (error) {
    if (!isAppError(error, 'not-found')) throw error;
    if (first) return { entries: [], unchanged: [], gone: [], cursor: undefined, whole: true };
    const message = 'The folder on the server is gone. Nothing was removed here because of it.';
    throw new AppError('listing-doubtful', { message }, { cause: error });
  }
}

/**
 * Stops when a side has nothing in it though something was agreed on: more likely a disk that is not there or a
 * server that answers nonsense than a wish (R4).
 * @throws AppError `folder-missing`, `listing-doubtful`.
 */
export function refuseEmptied(trees: Trees): void {
  let files = 0;
  let local = 0;
  let remote = 0;
  for (const item of trees.items.values()) {
    if (item.base !== undefined && !item.folder) files += 1;
    if (item.local !== undefined) local += 1;
    if (item.remote !== undefined) remote += 1;
  }
  if (files === 0) return;
  const were = files === 1 ? 'there was a file in it' : `there were ${files} files in it`;
  if (local === 0) {
    const message = `The local folder is empty, though ${were}. Nothing was removed on the server. If you have emptied it yourself, say so to go on.`;
    throw new AppError('folder-missing', { message });
  }
  if (remote === 0) {
    const message = `The folder on the server is empty, though ${were}. Nothing was removed here. If it was emptied on purpose, say so to go on.`;
    throw new AppError('listing-doubtful', { message });
  }
}
