import { CompiledQuery, type QueryResult } from 'kysely';
import type { Query } from './db.ts';

/** A value that can be bound to a `?`. */
export type Parameter = string | number | bigint | Uint8Array | null;

/** Runs a statement without the query builder, which costs several times what a small statement does. */
export interface DirectStatements {
  all(text: string, parameters: readonly Parameter[]): unknown[];
  get(text: string, parameters: readonly Parameter[]): unknown;
  /** The id of the row that was inserted, where one was. */
  run(text: string, parameters: readonly Parameter[]): number;
}

const direct = new WeakMap<Query, DirectStatements>();

/** Lets `rows`, `row` and `run` on this query go to the engine directly. Only for engines that answer at once. */
export function setDirect(query: Query, statements: DirectStatements): void {
  direct.set(query, statements);
}

/**
 * Runs SQL that is in a hot path as it stands, without building it anew, and returns its rows. The text must be a
 * constant: it is the key of the cache of prepared statements, and values go into `parameters`.
 */
export async function rows<Row>(
  query: Query,
  text: string,
  ...parameters: readonly Parameter[]
): Promise<Row[]> {
  const statements = direct.get(query);
  if (statements !== undefined) return statements.all(text, parameters) as Row[];
  return (await execute<Row>(query, text, parameters)).rows;
}

/** As `rows`, for the first row alone. */
export async function row<Row>(
  query: Query,
  text: string,
  ...parameters: readonly Parameter[]
): Promise<Row | undefined> {
  const statements = direct.get(query);
  if (statements !== undefined) return statements.get(text, parameters) as Row | undefined;
  return (await execute<Row>(query, text, parameters)).rows[0];
}

/** As `rows`, for a statement without rows; returns the id of the row it inserted, where it did. */
export async function run(query: Query, text: string, ...parameters: readonly Parameter[]): Promise<number> {
  const statements = direct.get(query);
  if (statements !== undefined) return statements.run(text, parameters);
  return Number((await execute(query, text, parameters)).insertId ?? 0n);
}

function execute<Row>(
  query: Query,
  text: string,
  parameters: readonly Parameter[],
): Promise<QueryResult<Row>> {
  return query.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
}
