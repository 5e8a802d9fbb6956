import { type Query, rows } from '@holdfast/db';

/** Which files have these contents. */
export async function nodesOfContents(
  query: Query,
  contentIds: readonly number[],
): Promise<ReadonlyMap<number, readonly number[]>> {
  const found = await rows<{ id: number; content_id: number }>(
    query,
    'SELECT id, content_id FROM nodes WHERE content_id IN (SELECT value FROM json_each(?))',
    JSON.stringify(contentIds),
  );
  const out = new Map<number, number[]>();
  for (const { id, content_id } of found) out.set(content_id, [...(out.get(content_id) ?? []), id]);
  return out;
}
