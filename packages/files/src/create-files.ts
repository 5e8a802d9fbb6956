import { type Clock, isAppError, type Random, systemClock, systemRandom } from '@holdfast/base';
import type { BlobStore } from '@holdfast/blobs';
import { type Db, row, run } from '@holdfast/db';
import { Activity, countActivity } from './activity.ts';
import { currentSyncToken, readChanges } from './change-feed.ts';
import { ChangeNotifier } from './change-notifier.ts';
import { ContentCutter } from './content-cutter.ts';
import { copyNode } from './copy-node.ts';
import { createUploads } from './create-uploads.ts';
import { readProperties } from './dead-properties.ts';
import type { Files } from './files.ts';
import { defaultLimits, type FilesLimits } from './limits.ts';
import { lockNode, locksAt, refreshNodeLock, unlockNode } from './lock-node.ts';
import { getNode, listFolder, pathsOfNodes } from './look-up.ts';
import { makeFolder } from './make-folder.ts';
import { moveNode } from './move-node.ts';
import { openScene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { patchNode } from './patch-node.ts';
import { prepareChunks } from './prepare-chunks.ts';
import { readChunks } from './read-chunks.ts';
import { readFile } from './read-file.ts';
import { removeNode } from './remove-node.ts';
import { takeSeqs } from './sequence.ts';
import { tellChanges } from './tell-changes.ts';
import { writeBatch } from './write-batch.ts';
import { writeDelta } from './write-delta.ts';
import { writeFile } from './write-file.ts';

/** What the hosted tree is made of. */
export interface FilesOptions {
  readonly db: Db;
  readonly blobs: BlobStore;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly limits?: Partial<FilesLimits>;
}

/** The hosted file tree over a metadata database and a blob store. */
export async function createFiles(options: FilesOptions): Promise<Files> {
  const parts: Parts = {
    db: options.db,
    blobs: options.blobs,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    limits: { ...defaultLimits, ...options.limits },
    cutter: new ContentCutter(options.db, options.blobs),
    identity: await readIdentity(options.db),
  };
  const activity = new Activity(parts.clock);
  const notifier = new ChangeNotifier(parts.clock);
  const files: Omit<Files, 'onChange'> = {
    identity: parts.identity,
    createRoot: (userId, quotaBytes) => createRoot(parts, userId, quotaBytes),
    find: async (actor, path) => {
      try {
        return await getNode(parts, actor, path);
      } catch (error) {
        if (isAppError(error, 'not-found')) return undefined;
        throw error;
      }
    },
    get: (actor, path) => getNode(parts, actor, path),
    list: (actor, path) => listFolder(parts, actor, path),
    read: (actor, path, range) => readFile(parts, actor, path, range),
    write: (actor, path, body, options = {}) => writeFile(parts, actor, path, body, options),
    writeBatch: (actor, batch) => writeBatch(parts, actor, batch),
    writeDelta: (actor, path, pieces, options) => writeDelta(parts, actor, path, pieces, options),
    chunks: (actor, path) => readChunks(parts, actor, path),
    prepareChunks: (signal) => prepareChunks(parts, activity, notifier, signal),
    mkdir: (actor, path, options = {}) => makeFolder(parts, actor, path, options),
    move: (actor, from, to, options) => moveNode(parts, actor, from, to, options),
    copy: (actor, from, to, options) => copyNode(parts, actor, from, to, options),
    remove: (actor, path, guard = {}) => removeNode(parts, actor, path, guard),
    properties: (ids) => readProperties(parts, ids),
    patch: (actor, path, changes, live, guard = {}) => patchNode(parts, actor, path, changes, live, guard),
    lock: (actor, path, request) => lockNode(parts, actor, path, request),
    refreshLock: (actor, path, options) => refreshNodeLock(parts, actor, path, options),
    unlock: (actor, path, token) => unlockNode(parts, actor, path, token),
    locks: (actor, paths) => locksAt(parts, actor, paths),
    changes: (actor, path, options) => readChanges(parts, actor, path, options),
    syncToken: (actor) => currentSyncToken(parts, actor),
    quota: (actor) =>
      parts.db.read(async (query) => {
        const scene = await openScene(parts, query, actor, '');
        return { used: scene.used, limit: scene.quota };
      }),
    pathsOf: (userId, ids) => pathsOfNodes(parts, userId, ids),
    uploads: createUploads(parts),
  };
  return countActivity(tellChanges(files, notifier), activity);
}

async function readIdentity(db: Db): Promise<{ instanceId: string; epoch: string }> {
  const meta = await db.read((query) => query.selectFrom('meta').selectAll().execute());
  const metaValue = (key: string) => meta.find((entry) => entry.key === key)?.value ?? '';
  return { instanceId: metaValue('instance_id'), epoch: metaValue('epoch') };
}

async function createRoot(parts: Parts, userId: string, quotaBytes: number | undefined): Promise<void> {
  await parts.db.write(async (query) => {
    const there = await row(query, 'SELECT 1 FROM roots WHERE user_id = ?', userId);
    if (there !== undefined) {
      if (quotaBytes !== undefined) {
        await run(query, 'UPDATE roots SET quota = ? WHERE user_id = ?', quotaBytes, userId);
      }
      return;
    }
    const now = parts.clock.now();
    const seq = await takeSeqs(query);
    const id = await run(
      query,
      `INSERT INTO nodes (root_id, parent_id, name, name_key, folder, size, mtime_s, mtime_ns, created_at, checksums,
         etag_seq, changed_seq, created_seq) VALUES (0, NULL, '', '', 1, 0, ?, 0, ?, '', ?, ?, ?)`,
      Math.floor(now / 1000),
      now,
      seq,
      seq,
      seq,
    );
    await run(query, 'UPDATE nodes SET root_id = id WHERE id = ?', id);
    await run(
      query,
      'INSERT INTO roots (user_id, node_id, quota) VALUES (?, ?, ?)',
      userId,
      id,
      quotaBytes ?? null,
    );
  });
}
