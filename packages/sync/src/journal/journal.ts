import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type TreePath } from '@holdfast/base';
import type { ErrorCode } from '@holdfast/protocol';
import Database from 'better-sqlite3';
import type { Side, SyncProblem } from '../engine/events.ts';
import type { Item } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';
import type { Intent, StoredIntent } from './intent.ts';
import { IntentTable } from './intent-table.ts';
import { fromRows, type NodeRow, nodeColumns, toRow } from './node-rows.ts';
import { journalForm, journalTables } from './schema.ts';

/** What a journal knows beside the trees. */
export interface JournalMeta {
  /** Given at random when the journal was made. */
  readonly id?: string;
  readonly server?: string;
  readonly epoch?: string;
  readonly folder?: string;
  readonly cursor?: string;
}

/** One decision that was carried out, or was not. */
export interface LogLine {
  readonly at: number;
  readonly kind: string;
  readonly side: Side;
  readonly path: TreePath;
  readonly target: TreePath | undefined;
  readonly outcome: 'done' | 'dropped' | 'failed';
  readonly code: string | undefined;
}

const keptLogLines = 100_000;
const keptRuns = 1000;

/**
 * The memory of a pair, in one SQLite database: the merge base, the remote tree as last seen, and what was done
 * and why. Synchronous and crash-safe: a commit is there whole or not at all. Power that fails may cost the last
 * commits, which are then found out again by comparing, never by guessing.
 */
export class Journal {
  readonly #db: Database.Database;
  readonly #put: Database.Statement;
  readonly #drop: Database.Statement;
  readonly #log: Database.Statement;
  readonly #intents: IntentTable;
  #lines: LogLine[] = [];
  #run = 0;

  private constructor(db: Database.Database) {
    this.#db = db;
    this.#put = db.prepare(`INSERT OR REPLACE INTO node VALUES (${'?,'.repeat(nodeColumns).slice(0, -1)})`);
    this.#drop = db.prepare('DELETE FROM node WHERE key = ?');
    this.#log = db.prepare(
      'INSERT INTO log (run, at, kind, side, path, target, outcome, code) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#intents = new IntentTable(db);
  }

  /**
   * Opens `DIR/journal.db` for this process alone; makes it where it is missing.
   * @throws AppError `data-in-use`; `store-damaged` when it cannot be read.
   */
  static open(dir: string): Journal {
    const path = join(dir, 'journal.db');
    let db: Database.Database | undefined;
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      db = new Database(path, { timeout: 0 });
      db.pragma('locking_mode = EXCLUSIVE');
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      // Rows are read once, all of them, and then only written: pages need not stay.
      db.pragma('cache_size = -2048');
      // Takes the lock now and not with the first write.
      db.exec('BEGIN IMMEDIATE; COMMIT');
      const form = Number(db.pragma('user_version', { simple: true }));
      if (form > journalForm) throw new AppError('store-damaged', { path, message: newerForm });
      if (form < journalForm) {
        db.exec(`BEGIN; ${journalTables} PRAGMA user_version = ${journalForm}; COMMIT`);
      }
      return new Journal(db);
    } catch (error) {
      db?.close();
      throw translate(error, path);
    }
  }

  /**
   * The trees as of the last commit; the local tree is what was agreed on. Not `complete`: the server has to be
   * read as a whole.
   */
  load(): { readonly trees: Trees; readonly complete: boolean } {
    this.#intents.reload();
    const rows = this.#db.prepare('SELECT * FROM node ORDER BY key').raw();
    return fromRows(() => rows.iterate() as IterableIterator<NodeRow>);
  }

  meta(): JournalMeta {
    const rows = this.#db.prepare('SELECT key, value FROM meta').raw().all() as [string, string][];
    return Object.fromEntries(rows) as JournalMeta;
  }

  problems(): SyncProblem[] {
    const rows = this.#db
      .prepare('SELECT side, path, code, message, attempts, next_try FROM problem')
      .raw()
      .all();
    return (rows as [Side, string, ErrorCode, string, number, number | null][]).map(
      ([side, path, code, message, attempts, next]) => ({
        side,
        path,
        code,
        message,
        attempts,
        nextTry: next ?? undefined,
      }),
    );
  }

  /** Starts a run and returns its number. Old runs and log lines are let go. */
  begin(at: number): number {
    this.#db.transaction(() => {
      const info = this.#db.prepare('INSERT INTO run (started) VALUES (?)').run(at);
      this.#run = Number(info.lastInsertRowid);
      this.#db.prepare('DELETE FROM run WHERE id <= ?').run(this.#run - keptRuns);
      this.#db.prepare('DELETE FROM log WHERE id <= (SELECT max(id) FROM log) - ?').run(keptLogLines);
    })();
    return this.#run;
  }

  /** Ends the run: its outcome and the problems that are left, in place of the earlier ones. */
  finish(at: number, state: string, summary: object, problems: readonly SyncProblem[]): void {
    this.#db.transaction(() => {
      this.#db
        .prepare('UPDATE run SET finished = ?, state = ?, summary = ? WHERE id = ?')
        .run(at, state, JSON.stringify(summary), this.#run);
      this.#db.prepare('DELETE FROM problem').run();
      const put = this.#db.prepare('INSERT OR REPLACE INTO problem VALUES (?, ?, ?, ?, ?, ?)');
      for (const one of problems) {
        put.run(one.side, one.path, one.code, one.message, one.attempts, one.nextTry ?? null);
      }
      this.#intents.endRun(this.#run, state);
    })();
  }

  /**
   * Writes down what is about to take effect, at once: a process that is killed from here on finds it again. It
   * ends with the commit in which something new was agreed on about its item.
   */
  intend(intent: Intent): void {
    this.#intents.add(this.#run, intent);
  }

  /** What was about to take effect and has no outcome yet, oldest first. */
  intents(): readonly StoredIntent[] {
    return this.#intents.all();
  }

  /** Remembers a line for the next commit. */
  log(line: LogLine): void {
    this.#lines.push(line);
  }

  /** The decisions about a path, latest first. */
  history(path: TreePath, limit = 100): (LogLine & { readonly run: number })[] {
    const rows = this.#db
      .prepare(
        'SELECT run, at, kind, side, path, target, outcome, code FROM log WHERE path = ? OR target = ? ORDER BY id DESC LIMIT ?',
      )
      .all(path, path, limit) as (LogLine & { run: number; target: string | null; code: string | null })[];
    return rows.map((row) => ({ ...row, target: row.target ?? undefined, code: row.code ?? undefined }));
  }

  /** Writes what has changed in `items`, what is no more, the log, and `meta`: all of it or nothing. */
  commit(
    trees: Trees,
    items: Iterable<Item>,
    meta: { readonly [K in keyof JournalMeta]: JournalMeta[K] | undefined } = {},
  ): void {
    const lines = this.#lines;
    this.#db.transaction(() => {
      for (const item of items) this.#save(trees, item);
      for (const key of trees.removed) {
        this.#drop.run(key);
        this.#intents.settleKey(key);
      }
      for (const one of lines) {
        const { at, kind, side, path, outcome } = one;
        this.#log.run(this.#run, at, kind, side, path, one.target ?? null, outcome, one.code ?? null);
      }
      for (const [key, value] of Object.entries(meta)) {
        if (value === undefined) this.#db.prepare('DELETE FROM meta WHERE key = ?').run(key);
        else this.#db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value);
      }
    })();
    this.#lines = [];
    trees.removed.clear();
  }

  /** Forgets all that was agreed on and seen; the history stays. */
  forget(): void {
    this.#db.transaction(() => {
      this.#db.exec(
        "DELETE FROM node; DELETE FROM intent; DELETE FROM problem; DELETE FROM meta WHERE key <> 'id'",
      );
    })();
  }

  close(): void {
    this.#db.close();
  }

  #save(trees: Trees, item: Item): void {
    if (item.savedBase === item.base && item.savedRemote === item.remote) return;
    if (!trees.items.has(item.key)) return;
    if (item.savedBase !== item.base) this.#intents.settle(item);
    const row = toRow(item);
    if (row !== undefined) this.#put.run(row);
    else if (item.savedBase !== undefined || item.savedRemote !== undefined) this.#drop.run(item.key);
    item.savedBase = item.base;
    item.savedRemote = item.remote;
  }
}

const newerForm = 'The journal of this folder was written by a newer version. Update, or remove the journal.';

function translate(error: unknown, path: string): unknown {
  const code = error instanceof Database.SqliteError ? error.code : undefined;
  if (code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED')) {
    const message = 'Another sync is running on this folder.';
    return new AppError('data-in-use', { path, message }, { cause: error });
  }
  if (code?.startsWith('SQLITE_CORRUPT') || code?.startsWith('SQLITE_NOTADB')) {
    const message = `The journal ${path} is damaged. Remove it; the next sync then merges both sides and removes nothing.`;
    return new AppError('store-damaged', { path, message }, { cause: error });
  }
  return error;
}
