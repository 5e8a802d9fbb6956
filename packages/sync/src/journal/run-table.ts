import type Database from 'better-sqlite3';

/** What a run was for: `sync`, or what a person has asked for. */
export type RunKind = 'sync' | 'undo' | 'restore' | 'decide';

/** A run as it is read again. Times in milliseconds since 1970. */
export interface StoredRun {
  readonly id: number;
  readonly started: number;
  readonly finished: number | undefined;
  readonly state: string | undefined;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly kind: RunKind;
  /** The run that has taken it back. */
  readonly undone: number | undefined;
}

interface Row {
  readonly id: number;
  readonly started: number;
  readonly finished: number | null;
  readonly state: string | null;
  readonly summary: string | null;
  readonly kind: RunKind;
  readonly undone: number | null;
}

const keptRuns = 10_000;
/** Of those that have found nothing to do: a watching engine makes thousands a day. */
const keptQuiet = 100;

/** The runs of a pair: the last 10,000, and of those with nothing to do the last 100. */
export class RunTable {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Starts a run and returns its number. */
  begin(at: number, kind: RunKind): number {
    const info = this.#db.prepare('INSERT INTO run (started, kind) VALUES (?, ?)').run(at, kind);
    const run = Number(info.lastInsertRowid);
    this.#db.prepare('DELETE FROM run WHERE id <= ?').run(run - keptRuns);
    this.#db
      .prepare("DELETE FROM run WHERE id <= ? AND kind = 'sync' AND state = 'in-sync'")
      .run(run - keptQuiet);
    return run;
  }

  finish(run: number, at: number, state: string, summary: object): void {
    this.#db
      .prepare('UPDATE run SET finished = ?, state = ?, summary = ? WHERE id = ?')
      .run(at, state, JSON.stringify(summary), run);
  }

  /** Remembers that `by` has taken `run` back; what that one had taken back itself counts again. */
  markUndone(run: number, by: number): void {
    this.#db.transaction(() => {
      this.#db.prepare('UPDATE run SET undone = NULL WHERE undone = ?').run(run);
      this.#db.prepare('UPDATE run SET undone = ? WHERE id = ?').run(by, run);
    })();
  }

  get(run: number): StoredRun | undefined {
    const row = this.#db.prepare('SELECT * FROM run WHERE id = ?').get(run) as Row | undefined;
    return row === undefined ? undefined : fromRow(row);
  }

  /** Latest first. */
  list(limit: number): StoredRun[] {
    return (this.#db.prepare('SELECT * FROM run ORDER BY id DESC LIMIT ?').all(limit) as Row[]).map(fromRow);
  }
}

function fromRow({ id, started, finished, state, summary, kind, undone }: Row): StoredRun {
  return {
    id,
    started,
    finished: finished ?? undefined,
    state: state ?? undefined,
    summary: summary === null ? {} : (JSON.parse(summary) as Record<string, unknown>),
    kind,
    undone: undone ?? undefined,
  };
}
