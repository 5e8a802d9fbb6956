import type { TreePath } from '@holdfast/base';
import { AppError, isAppError } from '@holdfast/base';
import type { Remote, RemoteEntry } from '@holdfast/client';
import type { Folder, LocalProblem } from '@holdfast/localfs';
import type { LeftOut } from '../choice/left-out.ts';
import type { StoredIntent } from '../journal/intent.ts';
import { ChildIndex } from '../trees/child-index.ts';
import { collectRemote, type RemoteReading } from '../trees/collect-remote.ts';
import { remoteEntryOf } from '../trees/item.ts';
import { isPacked } from '../trees/packed-item.ts';
import { pairNew } from '../trees/pair-new.ts';
import { readRemote } from '../trees/read-remote.ts';
import type { Trees } from '../trees/trees.ts';
import { restoredMeanwhile } from './identity-check.ts';
import { lookLocally } from './look-locally.ts';
import { settleLocalIntents } from './settle-local-intents.ts';
import { settleRemoteIntents } from './settle-remote-intents.ts';

/** One look at both sides. */
export interface Observation {
  /** What the scan has shown and is not synced. */
  readonly problems: readonly LocalProblem[];
  readonly cursor: string | undefined;
  /** Whether all of the disk was looked at. */
  readonly whole: boolean;
}

/** What is known of the disk before a look. */
export interface KnownLocal {
  /** Only there something may have changed; undefined: anywhere. */
  readonly changed: readonly TreePath[] | undefined;
  /** What was seen there and is not synced. */
  readonly problems: readonly LocalProblem[];
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
 * `intents` are the changes of which it is not known whether they took effect. `onTake` is called before the trees
 * are touched: an error that comes later has left them as they cannot be used any more.
 * @throws AppError those of `scan` and `changes`.
 */
export async function observe(
  trees: Trees,
  folder: Folder,
  remote: Remote,
  known: KnownRemote & KnownLocal,
  intents: readonly StoredIntent[],
  leftOut: LeftOut,
  signal: AbortSignal,
  onTake: () => void,
): Promise<Observation> {
  const changed = intents.length > 0 ? undefined : known.changed;
  const [look, reading] = await together(signal, (either) => [
    lookLocally(trees, folder, changed, leftOut, either),
    lookAtRemote(trees, remote, known, either),
  ]);
  signal.throwIfAborted();
  onTake();
  const seen = { problems: look.problems(known.problems), cursor: reading.cursor, whole: look.whole };
  const { stableIds } = remote.profile;
  if (intents.length === 0) {
    look.take();
    readRemote(trees, reading, stableIds);
    return seen;
  }
  readRemote(trees, reading, stableIds);
  const takeBack = await settleRemoteIntents(trees, intents, remote, signal);
  look.take();
  takeBack();
  if (intents.some(({ kind }) => kind === 'download' || kind === 'move')) {
    pairNew(trees);
    await settleLocalIntents(trees, intents, folder, signal);
  }
  return seen;
}

/** Waits for both; when one fails the other is told to end, and is over, before the error is thrown. */
async function together<A, B>(
  signal: AbortSignal,
  begin: (either: AbortSignal) => readonly [Promise<A>, Promise<B>],
): Promise<[A, B]> {
  const failed = new AbortController();
  const both = begin(AbortSignal.any([signal, failed.signal]));
  try {
    return await Promise.all(both);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(both);
    throw error;
  }
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
    const packed = isPacked(item);
    if (packed || (item.base !== undefined && !item.folder)) files += 1;
    if (packed || item.local !== undefined) local += 1;
    if (packed || item.remote !== undefined) remote += 1;
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
