import { CompiledQuery, type QueryResult } from 'kysely';
import type { Query } from './db.ts';

/** A value that can be bound to a `?`. */
export type Parameter = string | number | bigint | Uint8Array | null;

/**
 * Runs SQL that is in a hot path as it stands, without building it anew, and returns its rows. The text must be a
 * constant: it is the key of the cache of prepared statements, and values go into `parameters`.
 */
export async function rows<Row>(
  query: Query,
  text: string,
  ...parameters: readonly Parameter[]
): Promise<Row[]> {
  return (await execute<Row>(query, text, parameters)).rows;
}

/** As `rows`, for the first row alone. */
export async function row<Row>(
  query: Query,
  text: string,
  ...parameters: readonly Parameter[]
): Promise<Row | undefined> {
  return (await execute<Row>(query, text, parameters)).rows[0];
}

/** As `rows`, for a statement without rows; returns the id of the row it inserted, where it did. */
export async function run(query: Query, text: string, ...parameters: readonly Parameter[]): Promise<number> {
  return Number((await execute(query, text, parameters)).insertId ?? 0n);
}

function execute<Row>(
  query: Query,
  text: string,
  parameters: readonly Parameter[],
): Promise<QueryResult<Row>> {
  return query.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
}
