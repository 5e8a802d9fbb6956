import { AppError } from '@holdfast/base';
import type { BatchDownload, BatchTransfers } from '@holdfast/client';
import type { StagedFile } from '@holdfast/localfs';
import { pathOf, type RemoteState } from '../trees/item.ts';
import type { ExecuteContext, Settle } from './context.ts';
import { type DownloadOp, type Fetched, fetchedOf } from './put-fetched.ts';
import { checkVersion, extraHashes, verifyDownload } from './verify-download.ts';

interface Ready extends Fetched {
  readonly op: DownloadOp;
  readonly staged: StagedFile;
}

/**
 * Fetches many small files in one request. For each of them everything holds that holds for `download`, and each
 * succeeds or fails for itself. They are written while others come in, become durable together, and take their
 * places together, so that few waits on the disk serve all of them.
 * @throws AppError when the request as a whole has failed; what had come by then is in place and settled.
 */
export async function downloadBatch(
  context: ExecuteContext,
  batches: BatchTransfers,
  ops: readonly DownloadOp[],
  settle: Settle,
): Promise<void> {
  const staging: Promise<Ready | undefined>[] = [];
  const waiting = new Map(ops.entries());
  let failed: { error: unknown } | undefined;
  try {
    const wanted = ops.map(({ item }) => ({
      path: pathOf(item, 'remote'),
      ifMatch: item.remote?.etag ?? '',
    }));
    for await (const { index, result } of batches.read(wanted, context.signal)) {
      const op = waiting.get(index);
      if (op === undefined) continue;
      waiting.delete(index);
      staging.push(
        stageOne(context, op, result).catch((error: unknown) => {
          settle(op, { error });
          return undefined;
        }),
      );
    }
  } catch (error) {
    failed = { error };
  }
  const ready = (await Promise.all(staging)).filter((one) => one !== undefined);
  if (ready.length > 0) await putAll(context, ready, settle);
  if (failed !== undefined) throw failed.error;
  for (const op of waiting.values()) {
    settle(op, { error: new AppError('server-unreachable', { path: pathOf(op.item, 'remote') }) });
  }
}

async function stageOne(
  context: ExecuteContext,
  op: DownloadOp,
  result: BatchDownload | AppError,
): Promise<Ready> {
  if (result instanceof AppError) throw result;
  const remote: RemoteState | undefined = op.item.remote;
  if (remote === undefined) throw new AppError('target-changed');
  const { folder, signal, onBytes } = context;
  const path = pathOf(op.item, 'remote');
  checkVersion(path, result, remote);
  onBytes('down', result.bytes.byteLength);
  const staged = await folder.stage(result.bytes, { ...extraHashes(result, remote), signal });
  try {
    verifyDownload(path, result, staged, remote);
    return { op, staged, ...fetchedOf(context, op, staged, remote) };
  } catch (error) {
    await folder.discard(staged).catch(() => undefined);
    throw error;
  }
}

async function putAll(context: ExecuteContext, ready: readonly Ready[], settle: Settle): Promise<void> {
  context.intend(...ready.flatMap(({ intent }) => intent ?? []));
  await Promise.all(
    ready.map(async ({ op, staged, put }) => {
      try {
        await put();
        settle(op, { made: undefined });
      } catch (error) {
        await context.folder.discard(staged).catch(() => undefined);
        settle(op, { error });
      }
    }),
  );
}
