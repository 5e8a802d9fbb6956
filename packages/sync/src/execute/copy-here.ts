import { isAppError } from '@holdfast/base';
import type { StagedFile } from '@holdfast/localfs';
import { localChange } from '../trees/content-change.ts';
import { localEntryOf, type RemoteState } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import type { DownloadOp } from './put-fetched.ts';

/**
 * Stages the bytes of a new remote file from a local one that holds the same, as the server tells by SHA-256.
 * Undefined where there is none: then it has to be fetched.
 */
export async function copyHere(
  context: ExecuteContext,
  op: DownloadOp,
  remote: RemoteState,
): Promise<StagedFile | undefined> {
  const { folder, signal } = context;
  if (op.item.local !== undefined || remote.sha === undefined) return undefined;
  for (const item of context.agreed.ofSize(remote.size)) {
    const { local, base } = item;
    if (local === undefined || base === undefined || base.sha !== remote.sha) continue;
    if (localChange(local, base) !== 'same') continue;
    try {
      const staged = await folder.stage(folder.read(localEntryOf(item, local)), { signal });
      if (staged.sha256 === remote.sha) return staged;
      await folder.discard(staged);
    } catch (error) {
      // It changes just now, or cannot be read: that is its own problem.
      if (!isAppError(error, 'target-changed', 'local-unreadable', 'local-denied')) throw error;
    }
  }
  return undefined;
}
