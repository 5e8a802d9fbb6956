import type { TreePath } from '@holdfast/base';
import type Database from 'better-sqlite3';
import type { OpenConflict } from '../care/pair-care.ts';
import type { SyncConflict } from '../engine/events.ts';

/** What has become of a conflict: what a person has chosen, or `gone` when the copy was moved or removed. */
export type Decided = 'mine' | 'theirs' | 'both' | 'gone';

interface Row {
  readonly id: number;
  readonly run: number;
  readonly at: number;
  readonly kind: SyncConflict['kind'];
  readonly path: TreePath;
  readonly copy: TreePath | null;
  readonly message: string;
}

const keptConflicts = 10_000;

/** What both sides had changed. Open are those with a copy about which nobody has decided. */
export class ConflictTable {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Notes one; once, however often it is told while it is open. Without a copy there is nothing to decide. */
  add(run: number, at: number, { kind, path, copy, message }: SyncConflict): void {
    const known = this.#db.prepare(
      'SELECT 1 FROM conflict WHERE path = ? AND copy IS ? AND (run = ? OR decided IS NULL)',
    );
    if (known.get(path, copy ?? null, run) !== undefined) return;
    const put =
      'INSERT INTO conflict (run, at, kind, path, copy, message, decided) VALUES (?, ?, ?, ?, ?, ?, ?)';
    const { lastInsertRowid } = this.#db
      .prepare(put)
      .run(run, at, kind, path, copy ?? null, message, copy === undefined ? 'both' : null);
    this.#db
      .prepare('DELETE FROM conflict WHERE decided IS NOT NULL AND id <= ?')
      .run(Number(lastInsertRowid) - keptConflicts);
  }

  /** Those that a person may still decide, oldest first. */
  open(): OpenConflict[] {
    return (this.#db.prepare(`${select} WHERE decided IS NULL ORDER BY id`).all() as Row[]).map(fromRow);
  }

  /** The latest about a path, or about a copy at that path; open ones first. */
  about(path: TreePath): (OpenConflict & { readonly open: boolean }) | undefined {
    const row = this.#db
      .prepare(`${select} WHERE path = ? OR copy = ? ORDER BY decided IS NOT NULL, id DESC LIMIT 1`)
      .get(path, path) as (Row & { decided: string | null }) | undefined;
    return row === undefined ? undefined : { ...fromRow(row), open: row.decided === null };
  }

  /** The item that the copy of a conflict has become, once it is known. */
  keyOfCopy(id: number): number | undefined {
    const key = this.#db.prepare('SELECT key FROM conflict WHERE id = ?').pluck().get(id) as number | null;
    return key ?? undefined;
  }

  /** Remembers which item the copy is, and where both files are by now. */
  follow(id: number, key: number, path: TreePath, copy: TreePath): void {
    this.#db.prepare('UPDATE conflict SET key = ?, path = ?, copy = ? WHERE id = ?').run(key, path, copy, id);
  }

  decide(id: number, decided: Decided): void {
    this.#db.prepare('UPDATE conflict SET decided = ? WHERE id = ? AND decided IS NULL').run(decided, id);
  }
}

const select = 'SELECT id, run, at, kind, path, copy, message, decided FROM conflict';

function fromRow({ id, run, at, kind, path, copy, message }: Row): OpenConflict {
  return { id, run, at, kind, path, ...(copy === null ? {} : { copy }), message };
}
