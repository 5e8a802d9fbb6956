import Database from 'better-sqlite3';
import { Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import { setDirect } from './rows.ts';
import type { Schema } from './schema.ts';

/** One connection to the database file: the engine's own handle, and Kysely over it. */
export interface SqliteConnection {
  readonly raw: Database.Database;
  readonly query: Kysely<Schema>;
  /** Runs a statement that returns nothing, from the cache of prepared statements. */
  run(sql: string): void;
}

/** SQLite can undo changes of the schema; Kysely's own adapter says it cannot. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class CachedSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter();
  }
}

const inOrder = (parameters: readonly unknown[]): unknown => parameters;

/** better-sqlite3 takes `?1` for the name `1`. */
const byNumber = (parameters: readonly unknown[]): unknown => ({ ...['', ...parameters] });

interface Prepared {
  readonly statement: Database.Statement;
  readonly bind: (parameters: readonly unknown[]) => unknown;
}

/** More texts than this are never in use at the same time; beyond, the oldest is prepared again. */
const maxStatements = 500;

/** Opens a connection with the settings all connections share. */
export function openSqliteConnection(
  path: string,
  options: { readonly: boolean; cacheKiB: number; busyMs: number },
): SqliteConnection {
  const raw = new Database(path, { readonly: options.readonly, timeout: options.busyMs });
  if (!options.readonly) {
    raw.pragma('journal_mode = WAL');
    raw.pragma('synchronous = FULL');
    raw.pragma('wal_autocheckpoint = 2000');
    raw.pragma('journal_size_limit = 67108864');
  }
  raw.pragma('foreign_keys = ON');
  raw.pragma('temp_store = MEMORY');
  raw.pragma(`cache_size = -${options.cacheKiB}`);
  const statements = new Map<string, Prepared>();
  const prepare = (sql: string): Prepared => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const prepared = { statement: raw.prepare(sql), bind: /\?\d/.test(sql) ? byNumber : inOrder };
    if (statements.size >= maxStatements) {
      for (const oldest of statements.keys()) {
        statements.delete(oldest);
        break;
      }
    }
    statements.set(sql, prepared);
    return prepared;
  };
  const query = new Kysely<Schema>({
    dialect: new CachedSqliteDialect({
      database: {
        prepare: (sql) => {
          const { statement, bind } = prepare(sql);
          return {
            reader: statement.reader,
            all: (parameters) => statement.all(bind(parameters)),
            run: (parameters) => statement.run(bind(parameters)),
            iterate: (parameters) => statement.iterate(bind(parameters)),
          };
        },
        close: () => raw.close(),
      },
    }),
  });
  setDirect(query, {
    all: (sql, parameters) => {
      const { statement, bind } = prepare(sql);
      return statement.all(bind(parameters));
    },
    get: (sql, parameters) => {
      const { statement, bind } = prepare(sql);
      return statement.get(bind(parameters));
    },
    run: (sql, parameters) => {
      const { statement, bind } = prepare(sql);
      if (!statement.reader) return Number(statement.run(bind(parameters)).lastInsertRowid);
      statement.all(bind(parameters));
      return 0;
    },
  });
  return { raw, query, run: (sql) => void prepare(sql).statement.run() };
}
