import { type Query, row, run } from '@holdfast/db';
import type { Mtime } from '@holdfast/protocol';

/** Takes `count` fresh numbers of the change sequence and returns the first. */
export async function takeSeqs(query: Query, count = 1): Promise<number> {
  const found = await row<{ seq: number }>(
    query,
    'UPDATE feed SET seq = seq + ? WHERE id = 1 RETURNING seq',
    count,
  );
  return (found?.seq ?? 0) - count + 1;
}

/** The last number that was given out. */
export async function lastSeq(query: Query): Promise<number> {
  return (await row<{ seq: number }>(query, 'SELECT seq FROM feed WHERE id = 1'))?.seq ?? 0;
}

const touch = `
  WITH RECURSIVE up(id) AS (
    SELECT ?1 UNION ALL SELECT n.parent_id FROM nodes n JOIN up ON n.id = up.id WHERE n.parent_id IS NOT NULL
  )
  UPDATE nodes SET etag_seq = ?2, size = size + ?3,
    mtime_ns = CASE WHEN mtime_s < ?4 THEN ?5 WHEN mtime_s = ?4 THEN max(mtime_ns, ?5) ELSE mtime_ns END,
    mtime_s = max(mtime_s, ?4)
  WHERE id IN (SELECT id FROM up)`;

/**
 * Lets a folder and all above it know that something below has changed: one new etag for all, the size, and a
 * modification time that never goes back.
 */
export async function touchFolders(
  query: Query,
  folderId: number,
  seq: number,
  sizeChange: number,
  at: Mtime,
): Promise<void> {
  await run(query, touch, folderId, seq, sizeChange, at.s, at.ns);
}
