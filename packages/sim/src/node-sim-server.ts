import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type TreePath } from '@holdfast/base';
import { MemoryBlobStore } from '@holdfast/blobs/testing';
import type { Remote } from '@holdfast/client';
import { openDb } from '@holdfast/db';
import { type Actor, createFiles, type Files } from '@holdfast/files';
import type { Dice } from './dice.ts';
import { FilesRemote, wholeTree } from './files-remote.ts';
import type { Place } from './place.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimServer } from './sim-server.ts';

const actor: Actor = { userId: 'ana', read: true, write: true, delete: true };

/** The real node behind its doors: its tree over SQLite, with blobs in memory. */
export async function nodeSimServer(scheduler: Scheduler, dir: string, dice: Dice): Promise<SimServer> {
  const folder = join(dir, 'node');
  mkdirSync(folder, { recursive: true });
  const clock = {
    now: () => scheduler.now,
    monotonic: () => scheduler.now,
    sleep: (ms: number, signal?: AbortSignal) => scheduler.sleep(undefined, ms, signal),
  };
  const db = await openDb({ path: join(folder, 'metadata.db'), random: dice, readers: 2 });
  const files = await createFiles({ db, blobs: new MemoryBlobStore({ clock }), clock, random: dice });
  await files.createRoot(actor.userId);
  const tree = () => wholeTree(files, actor);
  return {
    place: nodePlace(files, tree),
    tree,
    connect: (): Remote => new FilesRemote(files, actor, scheduler),
    lie: undefined,
    restore: undefined,
    close: () => db.close(),
  };
}

function nodePlace(files: Files, tree: Place['tree']): Place {
  const bodyOf = async function* (text: string) {
    yield new TextEncoder().encode(text);
  };
  // The node finds a name composed or decomposed; the people here mean what they see.
  const refuseAlike = async (path: TreePath) => {
    const there = await files.find(actor, path);
    if (there !== undefined && there.path !== path) throw new AppError('already-exists', { path });
  };
  return {
    name: 'server',
    tree,
    write: async (path, text, executable) => {
      await refuseAlike(path);
      await files.write(actor, path, bodyOf(text), {
        createParents: true,
        ...(executable === undefined ? {} : { executable }),
      });
    },
    mkdir: (path) => files.mkdir(actor, path),
    move: async (from, to) => {
      await refuseAlike(to);
      await files.move(actor, from, to, { overwrite: true });
    },
    remove: (path) => files.remove(actor, path),
  };
}
