import { chmodSync } from 'node:fs';
import { type Random, randomHex, systemRandom } from '@holdfast/base';
import type { Db } from './db.ts';
import { GroupCommit } from './group-commit.ts';
import { migrate } from './migrations/migrate.ts';
import { ReaderPool } from './reader-pool.ts';
import { openSqliteConnection, type SqliteConnection } from './sqlite-connection.ts';
import { translateSqliteError } from './translate-sqlite-error.ts';

/** How to open the metadata database. */
export interface DbOptions {
  /** The database file; made when it is missing. SQLite keeps `-wal` and `-shm` files beside it. */
  readonly path: string;
  /** For the ids of a new store. */
  readonly random?: Random;
  /** Reading connections, each with its own snapshot. */
  readonly readers?: number;
  /** How long to wait for another process that holds the database, in milliseconds; nothing else runs meanwhile. */
  readonly busyMs?: number;
  /** Called right before each commit; what it throws makes the commit fail. For tests of failing disks. */
  readonly beforeCommit?: () => void;
}

/**
 * Opens the metadata database, brings its schema up to date, and gives a new one its instance id and epoch.
 * @throws AppError `data-too-new`, `store-damaged`, `disk-full`, `unavailable`.
 */
export async function openDb(options: DbOptions): Promise<Db> {
  const { busyMs = 5000 } = options;
  let writer: SqliteConnection | undefined;
  try {
    writer = openSqliteConnection(options.path, { readonly: false, cacheKiB: 8192, busyMs });
    // Password hashes are in it: nobody but the owner of the process.
    chmodSync(options.path, 0o600);
    await migrate(writer.query);
    await giveIdentity(writer, options.random ?? systemRandom);
  } catch (error) {
    writer?.raw.close();
    throw translateSqliteError(error);
  }
  return new SqliteDb(writer, options);
}

async function giveIdentity(writer: SqliteConnection, random: Random): Promise<void> {
  await writer.query
    .insertInto('meta')
    .values([
      // Begins with a letter: `oc:id` is the decimal node id followed by this, and clients cut it there.
      { key: 'instance_id', value: `hf${randomHex(random, 8)}` },
      { key: 'epoch', value: randomHex(random, 6) },
    ])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

class SqliteDb implements Db {
  readonly #path: string;
  readonly #writer: SqliteConnection;
  readonly #commits: GroupCommit;
  readonly #readers: ReaderPool;
  #closing: Promise<void> | undefined;

  constructor(writer: SqliteConnection, options: DbOptions) {
    this.#path = options.path;
    this.#writer = writer;
    this.#commits = new GroupCommit(writer, options.beforeCommit);
    this.#readers = new ReaderPool(() => this.#openReader(), options.readers ?? 3);
  }

  read: Db['read'] = (fn) => this.#readers.read(fn);

  write: Db['write'] = (fn) => this.#commits.submit(fn);

  async backupTo(file: string, onProgress?: (done: number, total: number) => void): Promise<void> {
    const source = this.#openReader();
    try {
      // An open snapshot keeps later changes out, which would make the copy start again each time.
      source.run('BEGIN');
      source.raw.prepare('SELECT count(*) FROM meta').get();
      await source.raw.backup(file, {
        progress: ({ totalPages, remainingPages }) => {
          onProgress?.(totalPages - remainingPages, totalPages);
          return 2000;
        },
      });
    } catch (error) {
      throw translateSqliteError(error);
    } finally {
      source.raw.close();
    }
  }

  async verify(): Promise<readonly string[]> {
    const source = this.#openReader();
    try {
      const rows = source.raw.pragma('integrity_check') as { integrity_check: string }[];
      const findings = rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
      const keys = source.raw.pragma('foreign_key_check') as {
        table: string;
        rowid: number;
        parent: string;
      }[];
      for (const key of keys)
        findings.push(`row ${key.rowid} of ${key.table} refers to nothing in ${key.parent}`);
      return findings;
    } catch (error) {
      throw translateSqliteError(error);
    } finally {
      source.raw.close();
    }
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      await this.#commits.close();
      await this.#readers.close();
      this.#writer.raw.close();
    })();
    return this.#closing;
  }

  #openReader(): SqliteConnection {
    return openSqliteConnection(this.#path, { readonly: true, cacheKiB: 2048, busyMs: 5000 });
  }
}
