import { createHash } from 'node:crypto';
import { AppError, childOf } from '@holdfast/base';
import type { Op } from '../plan/op.ts';
import {
  type Item,
  type LocalState,
  localEntryOf,
  localState,
  pathOf,
  type RemoteState,
  remoteState,
} from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import { download, hashRemote } from './download.ts';
import { intendFolder, intendMove } from './intend.ts';
import {
  recordAdopted,
  recordDeleted,
  recordForgotten,
  recordMade,
  recordMoved,
  recordSetAside,
  recordTouched,
} from './record.ts';
import { upload } from './upload.ts';

/**
 * Carries out one operation, with its precondition compared once more by the port (R5), and records what has
 * become of it. Nothing is recorded when it throws. Returns an item that it has made.
 * @throws AppError `target-changed` and its like when something is not as planned for; those of the ports.
 */
export async function perform(context: ExecuteContext, op: Op): Promise<Item | undefined> {
  const { trees, folder, remote, signal } = context;
  const { item } = op;
  switch (op.kind) {
    case 'adopt':
      recordAdopted(op);
      return undefined;
    case 'forget':
      recordForgotten(trees, op);
      return undefined;
    case 'hash':
      await hashLocal(context, item);
      return undefined;
    case 'compare':
      await hashRemote(context, op);
      return undefined;
    case 'upload':
      await upload(context, op);
      return undefined;
    case 'download':
      await download(context, op);
      return undefined;
    case 'mkdir': {
      const { parent, lname, rname } = op.place;
      if (op.side === 'local') {
        const made = await folder.mkdir(childOf(pathOf(parent, 'local'), lname));
        recordMade(op, localState(made, parent, lname));
      } else {
        const path = childOf(pathOf(parent, 'remote'), rname);
        intendFolder(context, op, path);
        const made = await remote.mkdir(path, signal);
        // Others may have put something into it before its etag was asked for: only a look at it tells that.
        recordMade(op, remoteState({ ...made, etag: '' }, parent, rname));
      }
      return undefined;
    }
    case 'move': {
      const { parent, name } = op.to;
      const to = childOf(pathOf(parent, op.side), name);
      intendMove(context, op, to);
      if (op.side === 'local') {
        const moved = await folder.move(localEntryOf(item, present(item.local)), to);
        recordMoved(op, localState(moved, parent, name));
      } else {
        const { etag, id } = present(item.remote);
        // The etag of a folder tells about what is in it, which moves along whatever it is.
        const guard = item.folder || etag === '' ? { signal } : { ifMatch: etag, signal };
        const moved = await remote.move(pathOf(item, 'remote'), to, guard);
        // Somebody has put another one into its place meanwhile: what became of ours is for the next look to tell.
        if (id !== undefined && moved.id !== id) throw new AppError('target-changed', { path: to });
        // The new etag of a folder covers what nobody has looked at yet.
        recordMoved(op, remoteState(item.folder ? { ...moved, etag } : moved, parent, name));
      }
      return undefined;
    }
    case 'set-aside': {
      const local = present(item.local);
      const to = childOf(pathOf(local.parent, 'local'), op.name);
      const moved = await folder.move(localEntryOf(item, local), to);
      return recordSetAside(trees, op, localState(moved, local.parent, op.name));
    }
    case 'touch':
      await touch(context, op);
      return undefined;
    case 'delete':
      if (op.side === 'local') {
        await folder.remove(localEntryOf(item, present(item.local)), (id) => context.onKept(item, id));
      } else await remote.remove(pathOf(item, 'remote'), { ifMatch: present(item.remote).etag, signal });
      recordDeleted(trees, op);
      return undefined;
  }
}

async function touch(context: ExecuteContext, op: Extract<Op, { kind: 'touch' }>): Promise<void> {
  const { item } = op;
  const local: LocalState = present(item.local);
  const remote: RemoteState = present(item.remote);
  if (op.side === 'local') {
    const keepsBit = context.policy.remoteKeepsExecutable;
    const touched = await context.folder.touch(localEntryOf(item, local), {
      mtime: remote.ns < 0 ? undefined : { s: remote.s, ns: remote.ns },
      executable: keepsBit ? remote.executable : local.executable,
    });
    recordTouched(op, localState(touched, local.parent, local.name));
    return;
  }
  const touched = await context.remote.touch(
    pathOf(item, 'remote'),
    { mtime: { s: local.s, ns: local.ns }, executable: local.executable },
    { ifMatch: remote.etag, signal: context.signal },
  );
  recordTouched(op, remoteState(touched, remote.parent, remote.name));
}

/**
 * Finds out the SHA-256 of a local file. Where the server tells the SHA-1 of its file only, both are computed in
 * one reading, and the server's SHA-256 is known too when they fit.
 */
async function hashLocal(context: ExecuteContext, item: Item): Promise<void> {
  const local = present(item.local);
  const entry = localEntryOf(item, local);
  const { remote } = item;
  // Most often it has changed, and is sent next.
  if (remote !== undefined) {
    context.lists.prepare(pathOf(item, 'remote'), remote.etag, remote.size);
  }
  if (remote?.sha1 === undefined || remote.sha !== undefined || remote.size !== local.size) {
    local.sha = await context.folder.hash(entry, context.signal);
    return;
  }
  const sha256 = createHash('sha256');
  const sha1 = createHash('sha1');
  for await (const chunk of context.folder.read(entry)) {
    sha256.update(chunk);
    sha1.update(chunk);
  }
  local.sha = sha256.digest('hex');
  const same = sha1.digest('hex') === remote.sha1;
  // Not a hash: only says that these are other bytes.
  remote.sha = same ? local.sha : `not ${local.sha}`;
}

function present<T>(state: T | undefined): T {
  if (state === undefined) throw new AppError('target-changed');
  return state;
}
