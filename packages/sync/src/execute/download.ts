import { createHash } from 'node:crypto';
import { AppError, childOf, type TreePath } from '@holdfast/base';
import type { Download } from '@holdfast/client';
import type { StagedFile } from '@holdfast/localfs';
import type { Op } from '../plan/op.ts';
import { localEntryOf, localState, pathOf, type RemoteState } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import { recordFetched } from './record.ts';

/**
 * Fetches a file beside the tree, makes sure that it is what the server announced, and only then puts it into its
 * place in one rename (R6, R7). What is replaced must still be what was seen (R5).
 * @throws AppError `download-damaged`, `target-changed`; those of the ports.
 */
export async function download(
  context: ExecuteContext,
  op: Extract<Op, { kind: 'download' }>,
): Promise<void> {
  const { folder } = context;
  const { item, place } = op;
  const { local, remote, base } = item;
  if (remote === undefined) throw new AppError('target-changed');
  const from = pathOf(item, 'remote');
  const opened = await open(context, from, remote);
  const staged = await folder.stage(counted(opened.body, context), {
    ...(wantsSha1(opened, remote) ? { extra: ['SHA1' as const] } : {}),
    signal: context.signal,
  });
  try {
    verify(from, opened, staged, remote);
    const attributes = {
      mtime: remote.ns < 0 ? undefined : { s: remote.s, ns: remote.ns },
      executable: context.policy.remoteKeepsExecutable ? remote.executable : (local?.executable ?? false),
    };
    const now = { ...remote, sha: staged.sha256 };
    const intend = (path: TreePath) =>
      context.intend({ kind: 'download', item, path, sha: staged.sha256, remote });
    if (local !== undefined) {
      const entry = localEntryOf(item, local);
      const same = local.sha === staged.sha256 || (local.sha === undefined && base?.sha === staged.sha256);
      if (same) await folder.discard(staged);
      else intend(entry.path);
      const placed = same
        ? await folder.touch(entry, attributes)
        : await folder.place(staged, entry.path, entry, attributes);
      recordFetched(op, localState(placed, local.parent, local.name), now, staged.sha256);
    } else {
      const path = childOf(pathOf(place.parent, 'local'), place.lname);
      intend(path);
      const placed = await folder.place(staged, path, 'absent', attributes);
      recordFetched(op, localState(placed, place.parent, place.lname), now, staged.sha256);
    }
  } catch (error) {
    // What is left over is swept by `tidy`; the first error is the one that counts.
    await folder.discard(staged).catch(() => undefined);
    throw error;
  }
}

/** SHA-256 of a remote file, by reading it. */
export async function hashRemote(
  context: ExecuteContext,
  op: Extract<Op, { kind: 'compare' }>,
): Promise<void> {
  const { remote } = op.item;
  if (remote === undefined) throw new AppError('target-changed');
  const path = pathOf(op.item, 'remote');
  const opened = await open(context, path, remote);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of counted(opened.body, context)) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  if (size !== remote.size) throw damaged(path, 'size');
  remote.sha = hash.digest('hex');
}

async function open(context: ExecuteContext, path: TreePath, remote: RemoteState): Promise<Download> {
  const opened = await context.remote.read(path, {
    ...(remote.etag === '' ? {} : { ifMatch: remote.etag }),
    signal: context.signal,
  });
  if (opened.etag !== '' && remote.etag !== '' && opened.etag !== remote.etag) {
    throw new AppError('target-changed', { path });
  }
  return opened;
}

function wantsSha1(opened: Download, remote: RemoteState): boolean {
  return remote.sha1 !== undefined || opened.checksums.some((checksum) => checksum.kind === 'SHA1');
}

function verify(path: TreePath, opened: Download, staged: StagedFile, remote: RemoteState): void {
  if (staged.size !== remote.size || (opened.size !== undefined && staged.size !== opened.size)) {
    throw damaged(path, 'size');
  }
  if (remote.sha !== undefined && remote.sha !== staged.sha256 && isHash(remote.sha))
    throw damaged(path, 'hash');
  const sha1 = staged.checksums.get('SHA1');
  if (remote.sha1 !== undefined && sha1 !== undefined && remote.sha1 !== sha1) throw damaged(path, 'hash');
  for (const { kind, hex } of opened.checksums) {
    const got = kind === 'SHA256' ? staged.sha256 : kind === 'SHA1' ? sha1 : undefined;
    if (got !== undefined && got !== hex) throw damaged(path, 'hash');
  }
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function damaged(path: TreePath, what: string): AppError {
  return new AppError('download-damaged', { path, what });
}

async function* counted(body: AsyncIterable<Uint8Array>, context: ExecuteContext): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    context.onBytes('down', chunk.byteLength);
    yield chunk;
  }
}
