import { AppError } from '@holdfast/base';
import type { Query } from './db.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { translateSqliteError } from './translate-sqlite-error.ts';

interface Job {
  readonly run: (query: Query) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** So many changes share a commit at most: bounds how long the first of them waits. */
const maxBatch = 256;

/**
 * Runs changes one after another on the writing connection, and those that wait at the same time in one
 * transaction with one sync of the disk (docs/adr/0002-group-commit.md).
 */
export class GroupCommit {
  readonly #connection: SqliteConnection;
  readonly #beforeCommit: (() => void) | undefined;
  #waiting: Job[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(connection: SqliteConnection, beforeCommit?: () => void) {
    this.#connection = connection;
    this.#beforeCommit = beforeCommit;
  }

  /** Resolves with what `fn` returned, after the commit. */
  submit<T>(fn: (query: Query) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) {
        reject(new AppError('unavailable', { reason: 'the database is closed' }));
        return;
      }
      this.#waiting.push({ run: fn, resolve: (value) => resolve(value as T), reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Refuses further changes and waits for those accepted. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // Lets every request that arrived in the same turn of the event loop join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#commitBatch();
    this.#draining = undefined;
  }

  async #commitBatch(): Promise<void> {
    try {
      this.#connection.run('BEGIN IMMEDIATE');
    } catch (error) {
      const translated = translateSqliteError(error);
      for (const job of this.#waiting.splice(0, maxBatch)) job.reject(translated);
      return;
    }
    const done: { job: Job; value: unknown }[] = [];
    try {
      for (let count = 0; count < maxBatch; count++) {
        const job = this.#waiting.shift();
        if (job === undefined) break;
        await this.#runJob(job, done);
      }
      this.#beforeCommit?.();
      this.#connection.run('COMMIT');
    } catch (error) {
      this.#rollBack();
      const translated = translateSqliteError(error);
      for (const { job } of done) job.reject(translated);
      return;
    }
    for (const { job, value } of done) job.resolve(value);
  }

  #rollBack(): void {
    try {
      if (this.#connection.raw.inTransaction) this.#connection.run('ROLLBACK');
    } catch {
      // The next BEGIN fails then, and says why to those who wait.
    }
  }

  async #runJob(job: Job, done: { job: Job; value: unknown }[]): Promise<void> {
    this.#connection.run('SAVEPOINT job');
    try {
      const value = await job.run(this.#connection.query);
      this.#connection.run('RELEASE job');
      done.push({ job, value });
    } catch (error) {
      job.reject(translateSqliteError(error));
      // A full disk makes SQLite undo the whole transaction: then the others of this batch have failed as well.
      if (!this.#connection.raw.inTransaction) throw error;
      this.#connection.run('ROLLBACK TO job');
      this.#connection.run('RELEASE job');
    }
  }
}
