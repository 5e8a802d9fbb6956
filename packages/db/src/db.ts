import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** Builds and runs queries inside one `read` or `write`. Not to be kept beyond it. */
export type Query = Kysely<Schema>;

/** Metadata in transactions. All errors of the engine arrive as AppError. */
export interface Db {
  /** Runs `fn` on one consistent snapshot of what is committed. It may not change anything. */
  read<T>(fn: (query: Query) => Promise<T>): Promise<T>;
  /**
   * Runs `fn` as an atomic change; resolves only after the commit is durable. Changes run one after another;
   * several that wait at the same time share one commit (docs/adr/0002-group-commit.md). A `fn` that throws undoes
   * its own change alone. `fn` must await nothing but its queries: everything else that writes waits for it.
   * @throws AppError `disk-full`, `store-damaged`, `unavailable`; whatever `fn` throws.
   */
  write<T>(fn: (query: Query) => Promise<T>): Promise<T>;
  /**
   * Copies the whole database, as it is at one moment, to a new file that can be opened with `openDb`.
   * Reads and writes go on meanwhile. `onProgress` hears of pages of the database.
   */
  backupTo(file: string, onProgress?: (donePages: number, totalPages: number) => void): Promise<void>;
  /** SQLite's own check of the file and of all references; empty when it is whole. */
  verify(): Promise<readonly string[]>;
  /** Waits for what was begun, then closes. Idempotent. */
  close(): Promise<void>;
}
