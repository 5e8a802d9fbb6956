import { AppError, childOf, type TreePath } from '@holdfast/base';
import { type NodeRow, type Query, rows } from '@holdfast/db';
import { nameKey } from './names.ts';

/** Where a path leads: as much of it as exists, and what is missing. */
export interface Place {
  /** The rows on the way, from the root to the last that exists. Never empty. */
  readonly chain: readonly NodeRow[];
  /** The names that were asked for. */
  readonly names: readonly string[];
  /** What is at the path. */
  readonly node: NodeRow | undefined;
  /** What is one level up; undefined for the root and where it is missing. */
  readonly parent: NodeRow | undefined;
  /** The path, its existing part with the names as they are stored. */
  readonly path: TreePath;
}

const walk = `
  WITH RECURSIVE walk(depth, id) AS (
    SELECT 0, node_id FROM roots WHERE user_id = ?
    UNION ALL
    SELECT walk.depth + 1, n.id FROM walk
    JOIN nodes n ON n.parent_id = walk.id AND n.name_key = json_extract(?, '$[' || walk.depth || ']')
  )
  SELECT n.* FROM walk JOIN nodes n ON n.id = walk.id ORDER BY walk.depth`;

/**
 * Follows a path from the root of an account, in one query.
 * @throws AppError `not-found` when the account has no tree.
 */
export async function findPlace(query: Query, userId: string, names: readonly string[]): Promise<Place> {
  const chain = await rows<NodeRow>(query, walk, userId, JSON.stringify(names.map(nameKey)));
  if (chain.length === 0) throw new AppError('not-found', { reason: 'the account has no files' });
  const path = names.reduce((path, name, i) => childOf(path, chain[i + 1]?.name ?? name), '');
  return {
    chain,
    names,
    node: chain.length > names.length ? chain[names.length] : undefined,
    parent: names.length > 0 ? chain[names.length - 1] : undefined,
    path,
  };
}
