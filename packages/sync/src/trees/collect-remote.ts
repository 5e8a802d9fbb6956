import { AppError, type TreePath } from '@holdfast/base';
import type { RemoteChange, RemoteEntry } from '@holdfast/client';

/** One whole look at the server, held back until it is known to be complete. */
export interface RemoteReading {
  readonly entries: readonly RemoteEntry[];
  readonly unchanged: readonly TreePath[];
  readonly gone: readonly { readonly path: TreePath; readonly id: string | undefined }[];
  readonly cursor: string | undefined;
  readonly whole: boolean;
  /** Of the server at the end of a whole reading, where it has one. */
  readonly epoch?: string;
}

/**
 * Reads to the end before anything is believed. Of what was told twice the last word counts: something named and
 * later gone is gone; something gone and later named is there, without what is not named with it.
 * @throws AppError `listing-doubtful` when the end is missing or something comes after it; what `changes` throws.
 */
export async function collectRemote(changes: AsyncIterable<RemoteChange>): Promise<RemoteReading> {
  const entries = new Map<string, RemoteEntry>();
  const unchanged: TreePath[] = [];
  const gone: { path: TreePath; id: string | undefined }[] = [];
  let end: Extract<RemoteChange, { type: 'end' }> | undefined;
  for await (const change of changes) {
    if (end !== undefined) throw doubtful('More came after the end of the listing.');
    if (change.type === 'end') end = change;
    else if (change.type === 'entry') put(entries, change.entry);
    else if (change.type === 'unchanged') unchanged.push(change.path);
    else {
      entries.delete(change.id ?? change.path);
      gone.push({ path: change.path, id: change.id });
    }
  }
  if (end === undefined) throw doubtful('The listing of the server broke off.');
  if (end.whole && gone.length > 0) throw doubtful('A whole listing must not name what is gone.');
  const { cursor, whole, epoch } = end;
  return { entries: [...entries.values()], unchanged, gone, cursor, whole, ...(epoch ? { epoch } : {}) };
}

function put(entries: Map<string, RemoteEntry>, entry: RemoteEntry): void {
  const key = entry.id ?? entry.path;
  // Behind what was told since.
  entries.delete(key);
  entries.set(key, entry);
}

function doubtful(message: string): AppError {
  return new AppError('listing-doubtful', { message: `${message} Nothing was removed because of it.` });
}
