import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Item, type LocalState, packCtime, type RemoteState } from '../trees/item.ts';
import { addItem, emptyTrees, removeItem, type Trees } from '../trees/trees.ts';
import { Journal } from './journal.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'holdfast-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function local(parent: Item, name: string, more: Partial<LocalState> = {}): LocalState {
  return {
    parent,
    name,
    id: 12,
    size: 3,
    s: -5,
    ns: 7,
    ...packCtime('1234567890123456789'),
    executable: true,
    link: false,
    sha: undefined,
    ...more,
  };
}

function remote(parent: Item, name: string, more: Partial<RemoteState> = {}): RemoteState {
  const state = { parent, name, id: 'r1', etag: 'e1', size: 3, s: -5, ns: 0, executable: false, link: true };
  return { ...state, permissions: 'RGDNVW', sha1: undefined, sha: undefined, ...more };
}

function agreed(trees: Trees, parent: Item, name: string, folder: boolean, rname = name): Item {
  const item = addItem(trees, folder);
  item.base = { local: local(parent, name), remote: remote(parent, rname), sha: folder ? '' : 'abc' };
  item.local = item.base.local;
  item.remote = item.base.remote;
  return item;
}

describe('a journal', () => {
  it('gives back what was committed, with everything that was agreed on as it was', () => {
    const trees = emptyTrees();
    const folder = agreed(trees, trees.root, 'f', true);
    const same = agreed(trees, folder, 'same', false);
    const mapped = agreed(trees, folder, 'a%3Ab', false, 'a:b');
    const gone = agreed(trees, folder, 'gone', false);
    gone.remote = undefined;
    const edited = agreed(trees, trees.root, 'edited', false);
    edited.remote = remote(trees.root, 'moved', {
      etag: 'e2',
      sha: 'def',
      id: undefined,
      permissions: undefined,
    });
    const fresh = addItem(trees, false);
    fresh.remote = remote(folder, 'new there', { sha1: '123' });
    const here = addItem(trees, false);
    here.local = local(trees.root, 'new here');

    const journal = Journal.open(dir);
    journal.commit(trees, trees.items.values(), { cursor: 'c1', server: 's' });
    journal.close();
    const again = Journal.open(dir);
    const { trees: read, complete } = again.load();
    expect(complete).toBe(true);
    expect(again.meta()).toEqual({ cursor: 'c1', server: 's' });
    expect(read.items.has(here.key)).toBe(false);
    expect(read.nextKey).toBe(fresh.key + 1);
    for (const item of [folder, same, mapped, gone, edited, fresh]) {
      const copy = read.items.get(item.key);
      expect(flat(copy?.base?.local)).toEqual(flat(item.base?.local));
      expect(flat(copy?.base?.remote)).toEqual(flat(item.base?.remote));
      expect(flat(copy?.remote)).toEqual(flat(item.remote));
      expect(copy?.base?.sha).toEqual(item.base?.sha);
      expect(copy?.local).toBe(copy?.base?.local);
    }
    expect(read.items.get(same.key)?.remote).toBe(read.items.get(same.key)?.base?.remote);
    again.close();
  });

  it('forgets what is no more, and says when a parent is missing', () => {
    const trees = emptyTrees();
    const folder = agreed(trees, trees.root, 'f', true);
    const file = agreed(trees, folder, 'a', false);
    const journal = Journal.open(dir);
    journal.commit(trees, [folder, file]);
    removeItem(trees, folder);
    journal.commit(trees, []);
    const { trees: read, complete } = journal.load();
    expect(complete).toBe(false);
    expect(read.items.get(file.key)).toMatchObject({ base: undefined, remote: undefined });
    journal.forget();
    expect(journal.load()).toMatchObject({ complete: true });
    expect(journal.load().trees.items.size).toBe(0);
    journal.close();
  });

  it('keeps the decisions of each run and the problems that are left', () => {
    const journal = Journal.open(dir);
    const run = journal.begin(1000);
    const line = { at: 1, kind: 'move', side: 'local', outcome: 'done', code: undefined } as const;
    journal.log({ ...line, path: 'a', target: 'b' });
    journal.log({ ...line, path: 'c', target: undefined, outcome: 'failed', code: 'forbidden' });
    journal.commit(emptyTrees(), []);
    const problem = {
      side: 'local',
      path: 'c',
      code: 'forbidden',
      message: 'no',
      attempts: 2,
      nextTry: 5,
    } as const;
    journal.finish(2000, 'problems', {}, [problem, { ...problem, path: 'd', nextTry: undefined }]);
    expect(journal.problems()).toEqual([problem, { ...problem, path: 'd', nextTry: undefined }]);
    expect(journal.lines.about('b', undefined, 10)).toMatchObject([{ ...line, run, path: 'a', target: 'b' }]);
    expect(journal.lines.about('c', undefined, 10)).toMatchObject([
      { outcome: 'failed', code: 'forbidden', target: undefined },
    ]);
    expect(journal.begin(3000)).toBe(run + 1);
    journal.finish(3001, 'in-sync', {}, []);
    expect(journal.problems()).toEqual([]);
    journal.close();
  });

  it('keeps runs that did something when thousands after them have nothing to do', () => {
    const journal = Journal.open(dir);
    for (let at = 1; at <= 300; at += 1) {
      journal.begin(at);
      journal.finish(at, at === 5 ? 'changed' : at === 7 ? 'problems' : 'in-sync', {}, []);
    }
    const kept = journal.runs.list(1000).map(({ id }) => id);
    expect(kept.slice(-3)).toEqual([201, 7, 5]);
    expect(kept).toHaveLength(102);
    journal.close();
  });

  it('is opened by one at a time, and free again when it is closed', () => {
    const journal = Journal.open(dir);
    expect(() => Journal.open(dir)).toThrow(expect.objectContaining({ code: 'data-in-use' }));
    journal.close();
    Journal.open(dir).close();
  });

  it('R4 that is damaged or of a newer form is not guessed at', () => {
    writeFileSync(
      join(dir, 'journal.db'),
      'this is no database, but long enough to be looked at as one'.repeat(100),
    );
    expect(() => Journal.open(dir)).toThrow(expect.objectContaining({ code: 'store-damaged' }));
  });
});

/** Parents by their keys, so that two trees can be compared. */
function flat(state: LocalState | RemoteState | undefined): object | undefined {
  return state === undefined ? undefined : { ...state, parent: state.parent.key };
}
