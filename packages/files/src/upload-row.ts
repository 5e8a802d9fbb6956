import { AppError } from '@holdfast/base';
import { type Query, row, run } from '@holdfast/db';
import type { Actor } from './files.ts';
import { openScene } from './open-scene.ts';
import type { Parts } from './parts.ts';

/** A row of `uploads`, as far as it is needed. */
export interface UploadRow {
  readonly id: number;
  readonly total_size: number | null;
}

/** The upload of this name. @throws AppError `not-found`. */
export async function findUpload(query: Query, actor: Actor, transfer: string): Promise<UploadRow> {
  const found = await row<UploadRow>(
    query,
    'SELECT id, total_size FROM uploads WHERE user_id = ? AND transfer = ?',
    actor.userId,
    transfer,
  );
  if (found === undefined) throw new AppError('not-found', { reason: 'no such upload' });
  return found;
}

/** Begins anew the time after which an upload is given up. */
export async function touchUpload(parts: Parts, query: Query, id: number): Promise<void> {
  await run(query, 'UPDATE uploads SET touched_at = ? WHERE id = ?', parts.clock.now(), id);
}

/** How many bytes a chunk may have: what the quota leaves beside the other chunks, and what was announced. */
export async function roomFor(
  parts: Parts,
  query: Query,
  actor: Actor,
  upload: UploadRow,
  chunk: number,
): Promise<number> {
  const scene = await openScene(parts, query, actor, '');
  const others = await row<{ bytes: number; count: number }>(
    query,
    'SELECT coalesce(sum(size), 0) AS bytes, count(*) AS count FROM upload_chunks WHERE upload_id = ? AND chunk <> ?',
    upload.id,
    chunk,
  );
  if ((others?.count ?? 0) >= parts.limits.uploadChunks)
    throw new AppError('bad-value', { message: 'Too many chunks.' });
  return scene.quota === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(0, scene.quota - scene.used) - (others?.bytes ?? 0);
}
