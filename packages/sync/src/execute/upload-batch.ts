import { createHash } from 'node:crypto';
import { AppError } from '@holdfast/base';
import type { BatchTransfers, RemoteEntry } from '@holdfast/client';
import type { LocalEntry } from '@holdfast/localfs';
import type { ExecuteContext, Settle } from './context.ts';
import {
  attributesOf,
  noteFailure,
  recordStored,
  type Sending,
  sendingOf,
  type UploadOp,
} from './sending.ts';

interface Loaded extends Sending {
  readonly bytes: Uint8Array;
  readonly sha: string;
}

/**
 * Sends many small files in one request. For each of them everything holds that holds for `upload`, and each
 * succeeds or fails for itself. The hash is that of the very bytes that are sent.
 * @throws AppError when the request as a whole has failed: nothing is known then of what was not settled.
 */
export async function uploadBatch(
  context: ExecuteContext,
  batches: BatchTransfers,
  ops: readonly UploadOp[],
  settle: Settle,
): Promise<void> {
  const loaded: Loaded[] = [];
  for (const op of ops) {
    try {
      loaded.push(await load(context, op));
    } catch (error) {
      settle(op, { error });
    }
  }
  if (loaded.length === 0) return;
  context.intend(
    ...loaded.map(({ op, path, sha, local }) => ({
      kind: 'upload' as const,
      item: op.item,
      path,
      sha,
      local,
    })),
  );
  const results = await batches.write(
    loaded.map(({ path, bytes, sha, entry, guard }) => ({
      path,
      bytes,
      options: { ...guard, ...attributesOf(entry), sha256: sha },
    })),
    context.signal,
  );
  for (const [index, one] of loaded.entries()) {
    context.onBytes('up', one.bytes.byteLength);
    try {
      await accept(context, one, results[index] ?? new AppError('server-unreachable', { path: one.path }));
      settle(one.op, { made: undefined });
    } catch (error) {
      settle(one.op, { error });
    }
  }
}

async function load(context: ExecuteContext, op: UploadOp): Promise<Loaded> {
  const sending = sendingOf(op);
  const bytes = await readWhole(context, sending.entry);
  const sha = createHash('sha256').update(bytes).digest('hex');
  if (sending.local.sha !== undefined && sending.local.sha !== sha) {
    throw new AppError('target-changed', { path: sending.path });
  }
  return { ...sending, bytes, sha };
}

/** All bytes of a small file. @throws AppError `target-changed` when they are not as many as were seen. */
async function readWhole(context: ExecuteContext, entry: LocalEntry): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of context.folder.read(entry)) {
    parts.push(part);
    size += part.byteLength;
  }
  if (size !== entry.size) throw new AppError('target-changed', { path: entry.path });
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts);
}

async function accept(context: ExecuteContext, one: Loaded, result: RemoteEntry | AppError): Promise<void> {
  if (!(result instanceof AppError)) {
    await recordStored(context, one, result, one.sha);
    return;
  }
  await noteFailure(context, one, result);
  throw result;
}
