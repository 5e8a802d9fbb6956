import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Item, localState, remoteState } from '../trees/item.ts';
import { addItem, emptyTrees, removeItem, type Trees } from '../trees/trees.ts';
import { Journal } from './journal.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-intents-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sha = 'ab'.repeat(32);
const mtime = { s: -5, ns: 999_999_999 };

function localFile(trees: Trees, name: string): Item {
  const item = addItem(trees, false);
  const entry = { path: name, kind: 'file', id: '18446744073709551615', size: 3, mtime } as const;
  item.local = localState({ ...entry, ctime: '1234567890123456789', executable: true }, trees.root, name);
  return item;
}

function remoteFile(trees: Trees, item: Item, name: string): void {
  const entry = { path: name, id: undefined, kind: 'file', etag: 'e1', size: 3, mtime } as const;
  const more = { checksums: [], executable: false, permissions: undefined };
  item.remote = remoteState({ ...entry, ...more }, trees.root, name);
}

function intendUpload(journal: Journal, item: Item): void {
  if (item.local === undefined) throw new Error('nothing to send');
  journal.intend({ kind: 'upload', item, path: item.local.name, sha, local: item.local });
}

function agree(item: Item): void {
  if (item.local === undefined || item.remote === undefined) throw new Error('not on both sides');
  item.base = { local: item.local, remote: item.remote, sha };
}

function reopened(journal: Journal): Journal {
  journal.close();
  const again = Journal.open(dir);
  again.load();
  return again;
}

describe('intents', () => {
  it('are there at once and as they were, also for another process', () => {
    const trees = emptyTrees();
    let journal = Journal.open(dir);
    const fresh = localFile(trees, 'fresh');
    intendUpload(journal, fresh);
    const known = localFile(trees, 'known');
    remoteFile(trees, known, 'known');
    journal.commit(trees, [known]);
    if (known.remote === undefined) throw new Error('not there');
    journal.intend({ kind: 'download', item: known, path: 'known', sha, remote: known.remote });
    journal = reopened(journal);
    const { parent: _parent, sha: _sha, ...facts } = fresh.local ?? { parent: 0, sha: 0 };
    expect(journal.intents()).toEqual([
      {
        kind: 'upload',
        side: 'remote',
        key: undefined,
        path: 'fresh',
        sha,
        other: '',
        local: facts,
        remote: undefined,
      },
      expect.objectContaining({
        kind: 'download',
        side: 'local',
        key: known.key,
        remote: {
          name: 'known',
          id: undefined,
          etag: 'e1',
          size: 3,
          ...mtime,
          executable: false,
          link: false,
          permissions: undefined,
        },
      }),
    ]);
    journal.close();
  });

  it('end with the commit of what was agreed on about their item, and not with another one', () => {
    const trees = emptyTrees();
    let journal = Journal.open(dir);
    const items = ['a', 'b', 'c'].map((name) => localFile(trees, name));
    const [a, b, c] = items;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three');
    for (const item of items) intendUpload(journal, item);
    remoteFile(trees, a, 'a');
    agree(a);
    journal.commit(trees, [a, b]);
    expect(journal.intents().map(({ path }) => path)).toEqual(['b', 'c']);
    removeItem(trees, c);
    journal.commit(trees, []);
    expect(journal.intents().map(({ path }) => path)).toEqual(['b']);
    // In another process `b` is an item with another key, if any.
    journal = reopened(journal);
    const later = journal.load().trees;
    const found = localFile(later, 'b');
    remoteFile(later, found, 'b');
    agree(found);
    journal.commit(later, [found]);
    expect(journal.intents()).toEqual([]);
    journal.close();
  });

  it('outlive a run that was stopped or has problems, but not a later one that looked at everything', () => {
    const trees = emptyTrees();
    const journal = Journal.open(dir);
    for (const [state, left, after] of [
      ['stopped', 1, 'problems'],
      ['problems', 1, 'problems'],
      ['in-sync', 0, 'stopped'],
    ] as const) {
      journal.begin(1);
      intendUpload(journal, localFile(trees, state));
      journal.finish(2, state, {}, []);
      expect(journal.intents(), state).toHaveLength(left);
      journal.begin(3);
      journal.finish(4, after, {}, []);
      expect(journal.intents(), state).toHaveLength(0);
    }
    journal.begin(5);
    intendUpload(journal, localFile(trees, 'last'));
    journal.forget();
    expect(journal.intents()).toEqual([]);
    journal.close();
  });

  it('get their table in a journal of the first form, which keeps all it has', () => {
    const trees = emptyTrees();
    const item = localFile(trees, 'a');
    remoteFile(trees, item, 'a');
    agree(item);
    let journal = Journal.open(dir);
    journal.commit(trees, [item], { cursor: 'c1' });
    journal.close();
    const db = new Database(join(dir, 'journal.db'));
    db.exec('DROP TABLE intent; PRAGMA user_version = 1');
    db.close();
    journal = Journal.open(dir);
    expect(journal.intents()).toEqual([]);
    expect(journal.meta()).toEqual({ cursor: 'c1' });
    expect(journal.load().trees.items.get(item.key)?.base?.sha).toBe(sha);
    journal.close();
  });
});
