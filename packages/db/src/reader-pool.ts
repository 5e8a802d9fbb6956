import { AppError } from '@holdfast/base';
import type { Query } from './db.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { translateSqliteError } from './translate-sqlite-error.ts';

/** Lends reading connections, each to one reader at a time, so that every reader has its own snapshot. */
export class ReaderPool {
  readonly #open: () => SqliteConnection;
  readonly #size: number;
  readonly #all: SqliteConnection[] = [];
  readonly #idle: SqliteConnection[] = [];
  readonly #waiting: ((connection: SqliteConnection) => void)[] = [];
  #busy = 0;
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(open: () => SqliteConnection, size: number) {
    this.#open = open;
    this.#size = size;
  }

  /** Runs `fn` on a snapshot of its own. */
  async read<T>(fn: (query: Query) => Promise<T>): Promise<T> {
    if (this.#closed) throw new AppError('unavailable', { reason: 'the database is closed' });
    const connection = this.#take() ?? (await this.#queue());
    try {
      connection.run('BEGIN');
      return await fn(connection.query);
    } catch (error) {
      throw translateSqliteError(error);
    } finally {
      if (connection.raw.inTransaction) connection.run('COMMIT');
      this.#giveBack(connection);
    }
  }

  /** Waits for readers at work, then closes all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#busy > 0) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
    for (const connection of this.#all.splice(0)) connection.raw.close();
  }

  #take(): SqliteConnection | undefined {
    const idle = this.#idle.pop();
    if (idle === undefined && this.#all.length >= this.#size) return undefined;
    const connection = idle ?? this.#open();
    if (idle === undefined) this.#all.push(connection);
    this.#busy++;
    return connection;
  }

  #queue(): Promise<SqliteConnection> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(connection: SqliteConnection): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next(connection);
      return;
    }
    this.#idle.push(connection);
    this.#busy--;
    if (this.#busy === 0) this.#drained?.();
  }
}
