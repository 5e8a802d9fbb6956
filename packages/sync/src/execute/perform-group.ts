import type { Op } from '../plan/op.ts';
import type { Item } from '../trees/item.ts';
import type { ExecuteContext, Outcome, Settle } from './context.ts';
import { downloadBatch } from './download-batch.ts';
import { judgeError } from './judge-error.ts';
import { perform } from './perform.ts';
import type { DownloadOp } from './put-fetched.ts';
import type { UploadOp } from './sending.ts';
import { uploadBatch } from './upload-batch.ts';

/**
 * Carries out the operations of one group, as `perform` does each, and tells the outcome of each. More than one go
 * in one request. When that fails as a whole, and not because the server is away or busy, each is tried for itself:
 * so one file that spoils a batch never stops the others (R10).
 * @throws what `settle` throws.
 */
export async function performGroup(
  context: ExecuteContext,
  group: readonly Op[],
  settle: Settle,
): Promise<void> {
  const open = new Set(group);
  let broken: { error: unknown } | undefined;
  const tell: Settle = (op, outcome) => {
    open.delete(op);
    try {
      settle(op, outcome);
    } catch (error) {
      broken ??= { error };
    }
  };
  const { batches } = context.remote;
  if (group.length > 1 && batches !== undefined) {
    try {
      const uploads = group.filter((op): op is UploadOp => op.kind === 'upload');
      if (uploads.length > 0) await uploadBatch(context, batches, uploads, tell);
      const downloads = group.filter((op): op is DownloadOp => op.kind === 'download');
      if (downloads.length > 0) await downloadBatch(context, batches, downloads, tell);
    } catch (error) {
      const { kind, code } = judgeError(error, context.signal);
      if (kind === 'stop' || code === 'unavailable' || code === 'too-many-requests') {
        for (const op of open) tell(op, { error });
      }
    }
  }
  for (const op of open) {
    if (broken === undefined) tell(op, await outcomeOf(perform(context, op)));
  }
  if (broken !== undefined) throw broken.error;
}

async function outcomeOf(work: Promise<Item | undefined>): Promise<Outcome> {
  try {
    return { made: await work };
  } catch (error) {
    return { error };
  }
}
