/**
 * The tables of a journal; docs/formats/journal.md explains them. `user_version` counts the form: a newer one than
 * this is refused, and an older one gets the tables that it does not have yet.
 */
export const journalForm = 2;

export const journalTables = `
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
  id INTEGER PRIMARY KEY, started INTEGER NOT NULL, finished INTEGER, state TEXT, summary TEXT
);
CREATE TABLE IF NOT EXISTS log (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, side TEXT NOT NULL, path TEXT NOT NULL, target TEXT, outcome TEXT NOT NULL, code TEXT
);
`;
