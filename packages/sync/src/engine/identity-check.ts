import { AppError } from '@holdfast/base';
import type { JournalMeta } from '../journal/journal.ts';
import type { RunOptions } from './options.ts';

/** Who is on both sides now. */
export interface Identities {
  readonly server: string;
  readonly epoch: string;
  readonly folder: string;
}

/**
 * Compares both sides with those the journal is about. `forget`: another one, and a person has accepted it: what
 * was agreed on with the former one says nothing any more (R2, R4).
 * @throws AppError `server-changed`, `folder-missing`.
 */
export function checkIdentities(
  meta: JournalMeta,
  now: Identities,
  options: Pick<RunOptions, 'acceptNewServer' | 'acceptNewFolder'>,
): 'same' | 'forget' {
  if (meta.server === undefined) return 'same';
  const restored =
    meta.epoch !== undefined && meta.epoch !== '' && now.epoch !== '' && meta.epoch !== now.epoch;
  let verdict: 'same' | 'forget' = 'same';
  if (meta.server !== now.server || restored) {
    if (options.acceptNewServer !== true)
      throw new AppError('server-changed', { message: serverText(restored) });
    verdict = 'forget';
  }
  if (meta.folder !== now.folder) {
    if (options.acceptNewFolder !== true) throw new AppError('folder-missing', { message: folderText });
    verdict = 'forget';
  }
  return verdict;
}

/** What a run ends with when its server turns out to be restored from a backup while it is read. */
export function restoredMeanwhile(): AppError {
  return new AppError('server-changed', { message: serverText(true) });
}

function serverText(restored: boolean): string {
  const what = restored
    ? 'The server was restored from a backup'
    : 'This is another server or account than before';
  return `${what}. Nothing was changed. Accept the new server to merge both sides; nothing is removed then.`;
}

const folderText =
  'Another folder is in the place of the one that was synced. Nothing was changed. Put it back, or accept the new folder to merge both sides; nothing is removed then.';
