import type { Clock } from '@holdfast/base';
import type { BlobId, BlobStat, BlobStore } from '@holdfast/blobs';
import { type Db, rows } from '@holdfast/db';
import { draftName } from '../appended-uploads.ts';
import { defaultLimits } from '../limits.ts';
import { storingSince, whileSweeping } from './store-lease.ts';

/** How to collect garbage. */
export interface GarbageOptions {
  readonly db: Db;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /**
   * Blobs put more recently stay, whoever needs them: their metadata may be about to be committed. One hour when
   * nothing is said. What this process is storing right now stays in any case.
   */
  readonly graceMs?: number;
  readonly uploadIdleMs?: number;
  readonly onProgress?: (progress: { readonly lookedAt: number; readonly removedBlobs: number }) => void;
  readonly signal?: AbortSignal;
}

/** What was removed. */
export interface GarbageReport {
  readonly removedBlobs: number;
  readonly removedBytes: number;
  readonly expiredUploads: number;
  readonly expiredLocks: number;
}

const batchSize = 500;
const oneHour = 60 * 60 * 1000;

/**
 * Gives up uploads nobody has touched for a day, forgets locks that have run out, and removes blobs that nothing
 * refers to. Safe beside reads and writes: a blob is durable before its metadata, so what a writer has just put is
 * young, and what it put again was renewed; both stay for the grace period.
 */
export async function collectGarbage(options: GarbageOptions): Promise<GarbageReport> {
  const { db, clock, signal } = options;
  const now = clock.now();
  const expired = await db.write(async (query) => ({
    uploads: await rows(
      query,
      'DELETE FROM uploads WHERE touched_at <= ? RETURNING id',
      now - (options.uploadIdleMs ?? defaultLimits.uploadIdleMs),
    ),
    locks: await rows(query, 'DELETE FROM locks WHERE expires_at <= ? RETURNING token', now),
  }));
  signal?.throwIfAborted();
  await removeUnusedDrafts(options, now - (options.graceMs ?? oneHour));
  const swept = await whileSweeping(options.blobs, () =>
    sweep(options, Math.min(now - (options.graceMs ?? oneHour), storingSince(options.blobs))),
  );
  return { ...swept, expiredUploads: expired.uploads.length, expiredLocks: expired.locks.length };
}

/** Drafts of uploads that are finished, or were given up. */
async function removeUnusedDrafts({ db, blobs }: GarbageOptions, changedBefore: number): Promise<void> {
  const old: string[] = [];
  for await (const { name, changedAt } of blobs.drafts.list()) if (changedAt < changedBefore) old.push(name);
  if (old.length === 0) return;
  const uploads = await db.read((query) => rows<{ id: number }>(query, 'SELECT id FROM uploads'));
  const used = new Set(uploads.map(({ id }) => draftName(id)));
  await blobs.drafts.remove(old.filter((name) => !used.has(name)));
}

async function sweep(
  { db, blobs, onProgress, signal }: GarbageOptions,
  storedBefore: number,
): Promise<{ removedBlobs: number; removedBytes: number }> {
  let lookedAt = 0;
  let removedBlobs = 0;
  let removedBytes = 0;
  const sweepBatch = async (batch: ReadonlyMap<BlobId, BlobStat>) => {
    signal?.throwIfAborted();
    const unused = await unreferenced(db, [...batch.keys()]);
    for (const id of await blobs.remove(unused, { storedBefore })) {
      removedBlobs++;
      removedBytes += batch.get(id)?.size ?? 0;
    }
    onProgress?.({ lookedAt, removedBlobs });
  };
  let batch = new Map<BlobId, BlobStat>();
  for await (const blob of blobs.list()) {
    lookedAt++;
    if (blob.storedAt < storedBefore) batch.set(blob.id, blob);
    if (batch.size < batchSize) continue;
    await sweepBatch(batch);
    batch = new Map();
  }
  await sweepBatch(batch);
  return { removedBlobs, removedBytes };
}

async function unreferenced(db: Db, ids: readonly BlobId[]): Promise<BlobId[]> {
  if (ids.length === 0) return [];
  const found = await db.read((query) =>
    rows<{ id: BlobId }>(
      query,
      `SELECT value AS id FROM json_each(?)
         WHERE NOT EXISTS (SELECT 1 FROM manifest_entries WHERE blob_id = value)
         AND NOT EXISTS (SELECT 1 FROM upload_chunks WHERE blob_id = value)`,
      JSON.stringify(ids),
    ),
  );
  return found.map(({ id }) => id);
}
