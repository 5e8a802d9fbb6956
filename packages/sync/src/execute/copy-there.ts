import { type AppError, isAppError } from '@holdfast/base';
import type { RemoteEntry } from '@holdfast/client';
import { pathOf } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import { recordStored, type Sending } from './sending.ts';

/**
 * Makes a new file on the server out of one that holds the same bytes there, without sending any. The local file is
 * read only when a file of its size is known. False, and nothing done, where there is none or the server cannot.
 * @throws AppError as `Remote.touch`: then the file is there, with another time.
 */
export async function copyThere(context: ExecuteContext, sending: Sending): Promise<boolean> {
  const { remote, folder, signal } = context;
  const { op, local, entry, path } = sending;
  const candidates = context.agreed.ofSize(local.size);
  if (op.item.remote !== undefined || candidates.length === 0) return false;
  local.sha ??= await folder.hash(entry, signal);
  const { sha } = local;
  const from = candidates.find(({ base, remote: there }) => base?.sha === sha && (there?.etag ?? '') !== '');
  if (from?.remote === undefined) return false;
  context.intend({ kind: 'upload', item: op.item, path, sha, local });
  let made: RemoteEntry;
  try {
    made = await remote.copy(pathOf(from, 'remote'), path, { ifMatch: from.remote.etag, signal });
  } catch (error) {
    // It is sent then, and whatever is wrong with the place shows again.
    if (isAppError(error) && mayBeSent(error)) return false;
    throw error;
  }
  const attributes = { mtime: entry.mtime, executable: entry.executable };
  const stored = await remote.touch(path, attributes, { ifMatch: made.etag, signal });
  await recordStored(context, sending, stored, sha);
  return true;
}

const refusals = new Set<string>([
  'target-changed',
  'precondition-failed',
  'not-found',
  'not-supported',
  'forbidden',
  'locked',
  'bad-request',
  'conflict',
  'server-answer-odd',
]);

function mayBeSent({ code }: AppError): boolean {
  return refusals.has(code);
}
