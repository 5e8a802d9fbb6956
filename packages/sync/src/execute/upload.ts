import type { RemoteEntry } from '@holdfast/client';
import type { ExecuteContext } from './context.ts';
import { copyThere } from './copy-there.ts';
import { uploadDelta } from './delta-upload.ts';
import { attributesOf, noteFailure, recordStored, sendingOf, type UploadOp } from './sending.ts';
import { HashingSource } from './upload-source.ts';

/**
 * Brings a file to the server, by copying what is there already, or by sending it or what is new in it; and believes
 * it only when what the server has fits (R6): size, and hash where the server tells one.
 * @throws AppError `upload-damaged`, `target-changed`; those of the ports.
 */
export async function upload(context: ExecuteContext, op: UploadOp): Promise<void> {
  const sending = sendingOf(op);
  if (await copyThere(context, sending)) return;
  const { local, entry, path, guard } = sending;
  let intended: string | undefined;
  const intend = (sha: string): void => {
    if (sha !== intended) context.intend({ kind: 'upload', item: op.item, path, sha, local });
    intended = sha;
  };
  if (local.sha !== undefined) intend(local.sha);
  if (await uploadDelta(context, sending, intend)) return;
  const source = new HashingSource(context.folder, entry, intend);
  let stored: RemoteEntry;
  try {
    stored = await context.remote.write(path, source, {
      ...guard,
      ...attributesOf(entry),
      ...(local.sha === undefined ? {} : { sha256: local.sha }),
      signal: context.signal,
      onProgress: (bytes) => context.onBytes('up', bytes),
    });
  } catch (error) {
    await noteFailure(context, sending, error);
    throw error;
  }
  const sha = local.sha ?? source.sha256() ?? (await context.folder.hash(entry, context.signal));
  await recordStored(context, sending, stored, sha);
}
