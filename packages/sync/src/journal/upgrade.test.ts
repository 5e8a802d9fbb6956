import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathOf } from '../trees/item.ts';
import { emptyTrees } from '../trees/trees.ts';
import { Journal } from './journal.ts';
import { journalForm } from './schema.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A journal as the form 2 had it. */
const form2 = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE node (
  key INTEGER PRIMARY KEY, folder INTEGER NOT NULL, sha TEXT,
  lparent INTEGER, lname TEXT, lid TEXT, lsize INTEGER, ls INTEGER, lns INTEGER, lctime TEXT, lx INTEGER,
  rparent INTEGER, rname TEXT, rid TEXT, retag TEXT, rsize INTEGER, rs INTEGER, rns INTEGER, rx INTEGER, rperm TEXT,
  seen TEXT
);
CREATE TABLE intent (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, kind TEXT NOT NULL, side TEXT NOT NULL, key INTEGER, path TEXT NOT NULL,
  sha TEXT, other TEXT, facts TEXT NOT NULL
);
CREATE TABLE problem (
  side TEXT NOT NULL, path TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
  attempts INTEGER NOT NULL, next_try INTEGER, PRIMARY KEY (side, path)
) WITHOUT ROWID;
CREATE TABLE run (id INTEGER PRIMARY KEY, started INTEGER NOT NULL, finished INTEGER, state TEXT, summary TEXT);
CREATE TABLE log (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL,
  kind TEXT NOT NULL, side TEXT NOT NULL, path TEXT NOT NULL, target TEXT, outcome TEXT NOT NULL, code TEXT
);
INSERT INTO meta VALUES ('id', 'abcd'), ('server', 's'), ('cursor', 'c');
INSERT INTO node VALUES
  (1, 1, '', 0, 'f', '7', 0, 5, 6, '70', 0, NULL, NULL, 'r1', 'e1', 0, 0, -1, 0, 'RG', NULL),
  (2, 0, 'ab', 1, 'a', '8', 3, 5, 6, '80', 1, NULL, NULL, 'r2', 'e2', 3, 5, 0, 1, 'RG', NULL);
INSERT INTO run VALUES (1, 10, 20, 'changed', '{"bytesUp":3}'), (2, 30, NULL, NULL, NULL);
INSERT INTO log VALUES (1, 1, 11, 'move', 'local', 'a', 'f/a', 'done', NULL), (2, 1, 12, 'upload', 'remote', 'b', NULL, 'failed', 'forbidden');
INSERT INTO problem VALUES ('remote', 'b', 'forbidden', 'no', 1, 99);
PRAGMA user_version = 2;
`;

function writeJournal(sql: string): void {
  const db = new Database(join(dir, 'journal.db'));
  db.exec(sql);
  db.close();
}

describe('a journal of form 2', () => {
  it('R17 is brought to the present form with all that it knows', () => {
    writeJournal(form2);
    const journal = Journal.open(dir);
    const { trees, complete } = journal.load();
    expect(complete).toBe(true);
    const file = trees.items.get(2);
    expect(file && pathOf(file, 'local')).toBe('f/a');
    expect(file?.base).toMatchObject({ sha: 'ab', local: { size: 3, executable: true } });
    expect(journal.meta()).toEqual({ id: 'abcd', server: 's', cursor: 'c' });
    expect(journal.problems()).toMatchObject([{ path: 'b', attempts: 1, nextTry: 99 }]);
    expect(journal.runs.list(10)).toMatchObject([
      { id: 2, finished: undefined, kind: 'sync', undone: undefined, summary: {} },
      { id: 1, finished: 20, kind: 'sync', state: 'changed', summary: { bytesUp: 3 } },
    ]);
    expect(journal.lines.about('f/a', undefined, 10)).toMatchObject([
      { run: 1, kind: 'move', path: 'a', target: 'f/a', kept: undefined, answer: undefined },
    ]);
    expect(journal.conflicts.open()).toEqual([]);
    expect(journal.begin(40)).toBe(3);
    journal.log({
      at: 41,
      kind: 'delete',
      side: 'local',
      path: 'x',
      target: undefined,
      outcome: 'done',
      code: undefined,
      kept: 'k',
    });
    journal.commit(emptyTrees(), []);
    expect(journal.lines.ofRun(3)).toMatchObject([{ path: 'x', kept: 'k' }]);
    journal.close();
    const again = Journal.open(dir);
    expect(again.runs.list(10)).toHaveLength(3);
    again.close();
  });

  it('R4 of a newer form is refused and left as it is', () => {
    writeJournal(`${form2} PRAGMA user_version = ${journalForm + 1};`);
    expect(() => Journal.open(dir)).toThrow(expect.objectContaining({ code: 'store-damaged' }));
    const db = new Database(join(dir, 'journal.db'));
    expect(db.pragma('user_version', { simple: true })).toBe(journalForm + 1);
    expect(db.prepare('SELECT count(*) FROM log').pluck().get()).toBe(2);
    db.close();
  });

  it('is left as it was when it cannot be brought to the present form', () => {
    // A view in the place of a table: it cannot get columns.
    writeJournal(`${form2} DROP TABLE log; CREATE VIEW log AS SELECT * FROM run;`);
    expect(() => Journal.open(dir)).toThrow();
    const db = new Database(join(dir, 'journal.db'));
    expect(db.pragma('user_version', { simple: true })).toBe(2);
    expect(db.pragma('table_info(run)')).toHaveLength(5);
    db.close();
  });
});
