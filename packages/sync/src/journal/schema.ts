import type Database from 'better-sqlite3';

/**
 * The tables of a journal; docs/formats/journal.md explains them. `user_version` counts the form: a newer one than
 * this is refused, and an older one gets the tables and columns that it does not have yet.
 */
export const journalForm = 3;

const journalTables = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS node (
  key INTEGER PRIMARY KEY,
  folder INTEGER NOT NULL,
  sha TEXT,
  lparent INTEGER, lname TEXT, lid TEXT, lsize INTEGER, ls INTEGER, lns INTEGER, lctime TEXT, lx INTEGER,
  rparent INTEGER, rname TEXT, rid TEXT, retag TEXT, rsize INTEGER, rs INTEGER, rns INTEGER, rx INTEGER, rperm TEXT,
  seen TEXT
);
CREATE TABLE IF NOT EXISTS intent (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, side TEXT NOT NULL, key INTEGER, path TEXT NOT NULL,
  sha TEXT, other TEXT, facts TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS problem (
  side TEXT NOT NULL, path TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  attempts INTEGER NOT NULL, next_try INTEGER,
  PRIMARY KEY (side, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (
  id INTEGER PRIMARY KEY, started INTEGER NOT NULL, finished INTEGER, state TEXT, summary TEXT,
  kind TEXT NOT NULL DEFAULT 'sync', undone INTEGER
);
CREATE TABLE IF NOT EXISTS log (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, side TEXT NOT NULL, path TEXT NOT NULL, target TEXT, outcome TEXT NOT NULL, code TEXT,
  key INTEGER, sha TEXT, made TEXT, kept TEXT, answer TEXT
);
CREATE TABLE IF NOT EXISTS conflict (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, copy TEXT,
  message TEXT NOT NULL, decided TEXT, key INTEGER
);
CREATE TABLE IF NOT EXISTS choice (key INTEGER PRIMARY KEY, choice TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS skipped (path TEXT PRIMARY KEY, reason TEXT NOT NULL, rule TEXT) WITHOUT ROWID;
`;

/** Columns that a table of an older form lacks. */
const laterColumns: Readonly<Record<string, readonly string[]>> = {
  run: ["kind TEXT NOT NULL DEFAULT 'sync'", 'undone INTEGER'],
  log: ['key INTEGER', 'sha TEXT', 'made TEXT', 'kept TEXT', 'answer TEXT'],
};

/** Brings a database of an older form (or an empty one) to this one, as a whole or not at all. */
export function bringToForm(db: Database.Database): void {
  db.transaction(() => {
    db.exec(journalTables);
    for (const [table, columns] of Object.entries(laterColumns)) {
      const there = new Set(
        (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name),
      );
      for (const column of columns) {
        if (!there.has(column.slice(0, column.indexOf(' '))))
          db.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`);
      }
    }
    db.pragma(`user_version = ${journalForm}`);
  })();
}
