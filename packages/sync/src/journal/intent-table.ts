import type { TreePath } from '@holdfast/base';
import type Database from 'better-sqlite3';
import { type Item, pathOf } from '../trees/item.ts';
import { fromIntentRow, type Intent, type IntentRow, type StoredIntent, toIntentRow } from './intent.ts';

const keptIntents = 1000;

/**
 * The changes of which the outcome is not in the journal. One ends in the same commit that writes what was agreed
 * on about its item.
 */
export class IntentTable {
  readonly #db: Database.Database;
  readonly #put: Database.Statement;
  readonly #drop: Database.Statement;
  /** Numbers of the open ones by key of their item; that of an item without a row holds for this process only. */
  readonly #byKey = new Map<number, number[]>();
  /** Those of items that had no row, left by an earlier process. */
  readonly #byPath = new Map<TreePath, number[]>();

  constructor(db: Database.Database) {
    this.#db = db;
    this.#put = db.prepare(
      'INSERT INTO intent (run, kind, side, key, path, sha, other, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#drop = db.prepare('DELETE FROM intent WHERE id = ?');
    this.reload();
  }

  /** Finds out again which are open. Keys of items without a row have lost their meaning. */
  reload(): void {
    this.#byKey.clear();
    this.#byPath.clear();
    const rows = this.#db.prepare('SELECT id, key, path FROM intent').raw().all();
    for (const [id, key, path] of rows as [number, number | null, string][]) {
      if (key === null) push(this.#byPath, path, id);
      else push(this.#byKey, key, id);
    }
  }

  /** Writes one down at once. */
  add(run: number, intent: Intent): void {
    const { lastInsertRowid } = this.#put.run(run, ...toIntentRow(intent));
    push(this.#byKey, intent.item.key, Number(lastInsertRowid));
  }

  /** All that are open, oldest first. */
  all(): StoredIntent[] {
    if (this.#byKey.size === 0 && this.#byPath.size === 0) return [];
    const rows = this.#db
      .prepare('SELECT kind, side, key, path, sha, other, facts FROM intent ORDER BY id')
      .raw();
    return (rows.all() as IntentRow[]).map(fromIntentRow);
  }

  /** What was agreed on about `item` is written in this transaction: nothing about it is open any more. */
  settle(item: Item): void {
    this.settleKey(item.key);
    if (this.#byPath.size === 0) return;
    this.#settle(this.#byPath, pathOf(item, 'remote'));
  }

  /** As `settle`, for an item that is no more. */
  settleKey(key: number): void {
    if (this.#byKey.size > 0) this.#settle(this.#byKey, key);
  }

  /**
   * Lets go of what was not found to have had an effect. After a run that was stopped everything stays open; after
   * one with problems what it has tried itself.
   */
  endRun(run: number, state: string): void {
    if (state === 'stopped') return;
    this.#db.prepare('DELETE FROM intent WHERE run <= ?').run(state === 'problems' ? run - 1 : run);
    this.#db.prepare('DELETE FROM intent WHERE id <= (SELECT max(id) FROM intent) - ?').run(keptIntents);
    const left = new Set(this.#db.prepare('SELECT id FROM intent').pluck().all() as number[]);
    keepOnly(this.#byKey, left);
    keepOnly(this.#byPath, left);
  }

  #settle<K>(open: Map<K, number[]>, key: K): void {
    for (const id of open.get(key) ?? []) this.#drop.run(id);
    open.delete(key);
  }
}

function push<K>(open: Map<K, number[]>, key: K, id: number): void {
  const ids = open.get(key);
  if (ids === undefined) open.set(key, [id]);
  else ids.push(id);
}

function keepOnly<K>(open: Map<K, number[]>, left: ReadonlySet<number>): void {
  for (const [key, ids] of open) {
    const kept = ids.filter((id) => left.has(id));
    if (kept.length === 0) open.delete(key);
    else open.set(key, kept);
  }
}
