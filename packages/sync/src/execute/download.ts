import { createHash } from 'node:crypto';
import { AppError, type TreePath } from '@holdfast/base';
import type { Download } from '@holdfast/client';
import type { StagedFile } from '@holdfast/localfs';
import type { Op } from '../plan/op.ts';
import { pathOf, type RemoteState } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import { copyHere } from './copy-here.ts';
import { downloadDelta } from './delta-download.ts';
import { type DownloadOp, fetchedOf } from './put-fetched.ts';
import {
  type Announced,
  checkVersion,
  damaged,
  extraHashes,
  tellsHash,
  verifyDownload,
} from './verify-download.ts';

/** Smaller files are fetched again from their start. */
const resumableBytes = 8 * 1024 * 1024;

/**
 * Fetches a file beside the tree, makes sure that it is what the server announced, and only then puts it into its
 * place in one rename (R6, R7). What is replaced must still be what was seen (R5).
 * @throws AppError `download-damaged`, `target-changed`; those of the ports.
 */
export async function download(context: ExecuteContext, op: DownloadOp): Promise<void> {
  const { folder } = context;
  const { remote } = op.item;
  if (remote === undefined) throw new AppError('target-changed');
  const from = pathOf(op.item, 'remote');
  const { opened, staged } = await fetch(context, op, from, remote);
  try {
    verifyDownload(from, opened, staged, remote);
    const fetched = fetchedOf(context, op, staged, remote);
    if (fetched.intent !== undefined) context.intend(fetched.intent);
    await fetched.put();
  } catch (error) {
    // What is left over is swept by `tidy`; the first error is the one that counts.
    await folder.discard(staged).catch(() => undefined);
    throw error;
  }
}

async function fetch(
  context: ExecuteContext,
  op: DownloadOp,
  from: TreePath,
  remote: RemoteState,
): Promise<{ readonly opened: Announced; readonly staged: StagedFile }> {
  const made = (await copyHere(context, op, remote)) ?? (await downloadDelta(context, op, from, remote));
  if (made !== undefined) {
    return { opened: { etag: remote.etag, size: remote.size, checksums: [] }, staged: made };
  }
  if (remote.size >= resumableBytes && remote.etag !== '' && tellsHash(remote)) {
    return await fetchOn(context, from, remote);
  }
  const opened = await open(context, from, remote, 0);
  const options = { ...extraHashes(opened, remote), signal: context.signal };
  return { opened, staged: await context.folder.stage(counted(opened.body, context), options) };
}

/**
 * Fetches a large file; what has come of this version already, even before a restart, is not fetched again. Only
 * for files of which the server tells a hash, with which the whole is compared.
 */
async function fetchOn(
  context: ExecuteContext,
  from: TreePath,
  remote: RemoteState,
): Promise<{ readonly opened: Announced; readonly staged: StagedFile }> {
  let opened: Announced = { etag: remote.etag, size: remote.size, checksums: [] };
  const rest = async function* (start: number): AsyncGenerator<Uint8Array> {
    if (start >= remote.size) return;
    const download = await open(context, from, remote, start);
    opened = download;
    yield* counted(download.body, context);
  };
  const key = [from, remote.id, remote.etag, remote.size, remote.sha ?? remote.sha1].join('\n');
  const options = { ...extraHashes(opened, remote), signal: context.signal };
  return { staged: await context.folder.stageFrom(key, rest, options), opened };
}

/** SHA-256 of a remote file, by reading it. */
export async function hashRemote(
  context: ExecuteContext,
  op: Extract<Op, { kind: 'compare' }>,
): Promise<void> {
  const { remote } = op.item;
  if (remote === undefined) throw new AppError('target-changed');
  const path = pathOf(op.item, 'remote');
  const opened = await open(context, path, remote, 0);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of counted(opened.body, context)) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  if (size !== remote.size) throw damaged(path, 'size');
  remote.sha = hash.digest('hex');
}

async function open(
  context: ExecuteContext,
  path: TreePath,
  remote: RemoteState,
  start: number,
): Promise<Download> {
  const opened = await context.remote.read(path, {
    ...(remote.etag === '' ? {} : { ifMatch: remote.etag }),
    ...(start === 0 ? {} : { start }),
    signal: context.signal,
  });
  checkVersion(path, opened, remote);
  return opened;
}

async function* counted(body: AsyncIterable<Uint8Array>, context: ExecuteContext): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    context.onBytes('down', chunk.byteLength);
    yield chunk;
  }
}
