import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type TreePath } from '@holdfast/base';
import type { ErrorCode } from '@holdfast/protocol';
import Database from 'better-sqlite3';
import type { Side, SkippedEntry, SyncConflict, SyncProblem } from '../engine/events.ts';
import type { Base, Item } from '../trees/item.ts';
import type { PackedItem } from '../trees/packed-item.ts';
import type { Trees } from '../trees/trees.ts';
import { ChoiceTable } from './choice-table.ts';
import { ConflictTable } from './conflict-table.ts';
import type { Intent, StoredIntent } from './intent.ts';
import { IntentTable } from './intent-table.ts';
import { type LogLine, LogTable } from './log-table.ts';
import { NodeFinder } from './node-finder.ts';
import { baseOf, fromRows, type NodeRow, nodeColumns, toRow } from './node-rows.ts';
import { type RunKind, RunTable } from './run-table.ts';
import { bringToForm, journalForm } from './schema.ts';

/** What a journal knows beside the trees. */
export interface JournalMeta {
  /** Given at random when the journal was made. */
  readonly id?: string;
  readonly server?: string;
  readonly epoch?: string;
  readonly folder?: string;
  readonly cursor?: string;
  /** When both sides were last seen to be equal, milliseconds since 1970. */
  readonly greenAt?: string;
  /** `PairCounts` as of the last run that has looked at everything, as JSON. */
  readonly counts?: string;
}

const mostSkipped = 10_000;

/**
 * The memory of a pair, in one SQLite database: the merge base, the remote tree as last seen, and what was done
 * and why. Synchronous and crash-safe: a commit is there whole or not at all. Power that fails may cost the last
 * commits, which are then found out again by comparing, never by guessing.
 */
export class Journal {
  readonly #db: Database.Database;
  readonly #put: Database.Statement;
  readonly #drop: Database.Statement;
  readonly #intents: IntentTable;
  #readNode: Database.Statement | undefined;
  readonly choices: ChoiceTable;
  /** What was done and why. */
  readonly lines: LogTable;
  readonly runs: RunTable;
  readonly conflicts: ConflictTable;
  /** Items by their path, without the trees. */
  readonly nodes: NodeFinder;
  #lines: LogLine[] = [];
  #run = 0;

  private constructor(db: Database.Database) {
    this.#db = db;
    this.#put = db.prepare(`INSERT OR REPLACE INTO node VALUES (${'?,'.repeat(nodeColumns).slice(0, -1)})`);
    this.#drop = db.prepare('DELETE FROM node WHERE key = ?');
    this.#intents = new IntentTable(db);
    this.choices = new ChoiceTable(db);
    this.lines = new LogTable(db);
    this.runs = new RunTable(db);
    this.conflicts = new ConflictTable(db);
    this.nodes = new NodeFinder(db);
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
      if (form < journalForm) bringToForm(db);
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
    const { trees, complete } = fromRows(() => rows.iterate() as IterableIterator<NodeRow>, this.readBase);
    trees.nextKey = Math.max(trees.nextKey, this.lines.highestKey() + 1);
    this.choices.load(trees);
    return { trees, complete };
  }

  /**
   * What is agreed on about a packed item.
   * @throws AppError `store-damaged` when it is not there.
   */
  readonly readBase = (item: PackedItem): Base => {
    this.#readNode ??= this.#db.prepare('SELECT * FROM node WHERE key = ?').raw();
    const row = this.#readNode.get(item.key) as NodeRow | undefined;
    const base = row === undefined ? undefined : baseOf(row, () => item.parent);
    if (base === undefined) throw new AppError('store-damaged', { key: item.key });
    return base;
  };

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

  /** What the last complete look at the disk has left alone on purpose. */
  skipped(): SkippedEntry[] {
    const rows = this.#db.prepare('SELECT path, reason, rule FROM skipped').raw().all();
    return (rows as [TreePath, SkippedEntry['reason'], string | null][]).map(([path, reason, rule]) => ({
      path,
      reason,
      ...(rule === null ? {} : { rule }),
    }));
  }

  /** Starts a run and returns its number. Old runs and log lines are let go. */
  begin(at: number, kind: RunKind = 'sync'): number {
    this.#db.transaction(() => {
      this.#run = this.runs.begin(at, kind);
      this.lines.trim();
    })();
    return this.#run;
  }

  /**
   * Ends the run: its outcome and the problems that are left, in place of the earlier ones; and what was left alone,
   * where everything was looked at.
   */
  finish(
    at: number,
    state: string,
    summary: object,
    problems: readonly SyncProblem[],
    skipped?: readonly SkippedEntry[],
  ): void {
    this.#db.transaction(() => {
      this.runs.finish(this.#run, at, state, summary);
      this.#db.prepare('DELETE FROM problem').run();
      const put = this.#db.prepare('INSERT OR REPLACE INTO problem VALUES (?, ?, ?, ?, ?, ?)');
      for (const one of problems) {
        put.run(one.side, one.path, one.code, one.message, one.attempts, one.nextTry ?? null);
      }
      if (skipped !== undefined) this.#keepSkipped(skipped);
      this.#intents.endRun(this.#run, state);
    })();
  }

  /**
   * Writes down what is about to take effect, at once: a process that is killed from here on finds it again. Each
   * ends with the commit in which something new was agreed on about its item.
   */
  intend(...intents: readonly Intent[]): void {
    if (intents.length === 0) return;
    this.#db.transaction(() => {
      for (const intent of intents) this.#intents.add(this.#run, intent);
    })();
  }

  /** What was about to take effect and has no outcome yet, oldest first. */
  intents(): readonly StoredIntent[] {
    return this.#intents.all();
  }

  /** Remembers a line for the next commit. */
  log(line: LogLine): void {
    this.#lines.push(line);
  }

  /** Notes what both sides had changed. */
  noteConflicts(at: number, conflicts: readonly SyncConflict[]): void {
    if (conflicts.length === 0) return;
    this.#db.transaction(() => {
      for (const conflict of conflicts) this.conflicts.add(this.#run, at, conflict);
    })();
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
      this.choices.save(trees);
      for (const line of lines) this.lines.add(this.#run, line);
      this.setMeta(meta);
    })();
    this.#lines = [];
    trees.removed.clear();
    trees.choices.changed.clear();
  }

  /** Sets facts about the pair; what is undefined is forgotten. */
  setMeta(meta: { readonly [K in keyof JournalMeta]: JournalMeta[K] | undefined }): void {
    for (const [key, value] of Object.entries(meta)) {
      if (value === undefined) this.#db.prepare('DELETE FROM meta WHERE key = ?').run(key);
      else this.#db.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(key, value);
    }
  }

  /** Forgets all that was agreed on and seen; the history stays. */
  forget(): void {
    this.#db.transaction(() => {
      this.#db.exec(
        "DELETE FROM node; DELETE FROM choice; DELETE FROM intent; DELETE FROM problem; DELETE FROM meta WHERE key <> 'id'",
      );
    })();
  }

  close(): void {
    this.#db.close();
  }

  #keepSkipped(skipped: readonly SkippedEntry[]): void {
    this.#db.prepare('DELETE FROM skipped').run();
    const put = this.#db.prepare('INSERT OR REPLACE INTO skipped VALUES (?, ?, ?)');
    for (const { path, reason, rule } of skipped.slice(0, mostSkipped)) put.run(path, reason, rule ?? null);
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
