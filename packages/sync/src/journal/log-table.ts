import type { TreePath } from '@holdfast/base';
import type Database from 'better-sqlite3';
import type { Side } from '../engine/events.ts';

/** One decision that was carried out, or was not. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: string;
  readonly side: Side;
  readonly path: TreePath;
  readonly target: TreePath | undefined;
  readonly outcome: 'done' | 'dropped' | 'failed';
  readonly code: string | undefined;
  /** The item, where it has a row. */
  readonly key?: number | undefined;
  /** SHA-256 of the file that was replaced or removed, or was there before; undefined where not known. */
  readonly sha?: string | undefined;
  /** SHA-256 of the file that is there since. */
  readonly made?: string | undefined;
  /** `KeptFile.id` of the version that was replaced or removed on the local side. */
  readonly kept?: string | undefined;
  /** What the server or the disk has said, word for word. */
  readonly answer?: string | undefined;
}

/** A line as it is read again. */
export interface StoredLine extends LogLine {
  readonly id: number;
  readonly run: number;
}

const columns = 'run, at, kind, side, path, target, outcome, code, key, sha, made, kept, answer';
const keptLines = 100_000;
const longestAnswer = 2000;

type Nullable<T> = { [K in keyof T]: T[K] | null };

/** What was done and why, line by line; the last 100,000 are kept. */
export class LogTable {
  readonly #db: Database.Database;
  readonly #put: Database.Statement;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#put = db.prepare(`INSERT INTO log (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  /** Adds a line and returns its number. */
  add(run: number, line: LogLine): number {
    const { at, kind, side, path, outcome, target, code, key, sha, made, kept, answer } = line;
    const more = [
      key ?? null,
      sha ?? null,
      made ?? null,
      kept ?? null,
      answer?.slice(0, longestAnswer) ?? null,
    ];
    const info = this.#put.run(run, at, kind, side, path, target ?? null, outcome, code ?? null, ...more);
    return Number(info.lastInsertRowid);
  }

  /** Takes back a line about something that did not happen after all. */
  drop(id: number): void {
    this.#db.prepare('DELETE FROM log WHERE id = ?').run(id);
  }

  /** What a run has done, in the order it was done. */
  ofRun(run: number): StoredLine[] {
    return this.#read('run = ? ORDER BY id', run);
  }

  /** What was decided about a path, and about the item there wherever it was before; latest first. */
  about(path: TreePath, key: number | undefined, limit: number): StoredLine[] {
    return this.#read(
      'path = ? OR target = ? OR key = ? ORDER BY id DESC LIMIT ?',
      path,
      path,
      key ?? -1,
      limit,
    );
  }

  /** The versions that were kept with known bytes, oldest first. */
  *versions(): Iterable<{ readonly sha: string; readonly kept: string }> {
    const rows = this.#db.prepare(
      "SELECT sha, kept FROM log WHERE kept IS NOT NULL AND sha <> '' ORDER BY id",
    );
    yield* rows.iterate() as IterableIterator<{ sha: string; kept: string }>;
  }

  /** Lets go of the oldest. */
  trim(): void {
    this.#db.prepare('DELETE FROM log WHERE id <= (SELECT max(id) FROM log) - ?').run(keptLines);
  }

  /** Whether lines of this run, or of later ones, were let go. */
  lacks(run: number): boolean {
    const [oldest, first] = this.#db.prepare('SELECT min(id), min(run) FROM log').raw().get() as [
      number | null,
      number | null,
    ];
    return oldest !== null && oldest > 1 && first !== null && first >= run;
  }

  /** The highest key that a line has named; a number is never given to another item while one does. */
  highestKey(): number {
    return (this.#db.prepare('SELECT max(key) FROM log').pluck().get() as number | null) ?? 0;
  }

  #read(condition: string, ...values: unknown[]): StoredLine[] {
    const rows = this.#db.prepare(`SELECT id, ${columns} FROM log WHERE ${condition}`).all(...values);
    return (rows as Nullable<StoredLine>[]).map(
      (row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, value]) => [name, value ?? undefined]),
        ) as unknown as StoredLine,
    );
  }
}
