import type { RemoteEntry } from '@holdfast/client';
import { describe, expect, it } from 'vitest';
import type { RemoteReading } from './collect-remote.ts';
import { readRemote } from './read-remote.ts';
import { emptyTrees, type Trees } from './trees.ts';
import { withoutKnown } from './without-known.ts';

function entry(path: string, id: string, more: Partial<RemoteEntry> = {}): RemoteEntry {
  return {
    path,
    id,
    kind: 'file',
    etag: `e${id}`,
    size: 3,
    mtime: { s: 1, ns: 0 },
    checksums: [],
    executable: false,
    permissions: undefined,
    ...more,
  };
}

function reading(...entries: RemoteEntry[]): RemoteReading {
  return { entries, unchanged: [], gone: [], cursor: '2', whole: false };
}

function known(...entries: RemoteEntry[]): Trees {
  const trees = emptyTrees();
  readRemote(trees, { ...reading(...entries), whole: true }, true);
  return trees;
}

const folder = entry('d', '1', { kind: 'folder', size: 0 });

describe('a reading without what is known', () => {
  it('is empty when the server tells our own work', () => {
    const trees = known(folder, entry('d/a', '2'), entry('b', 'not a number'));
    const own = {
      ...reading(folder, entry('d/a', '2'), entry('b', 'not a number')),
      gone: [{ path: 'c', id: '9' }],
    };
    expect(withoutKnown(trees, own)).toMatchObject({ entries: [], gone: [], cursor: '2' });
  });

  it.each([
    ['another version', entry('d/a', '2', { etag: 'new' })],
    ['another place', entry('a', '2')],
    ['a new file', entry('d/new', '3')],
    ['another etag of a folder', entry('d', '1', { kind: 'folder', size: 0, etag: 'new' })],
    ['one without an id', { ...entry('d/a', '2'), id: undefined }],
  ])('is all of it with %s in it', (_what, news) => {
    const trees = known(folder, entry('d/a', '2'), entry('b', '4'));
    const all = reading(entry('b', '4'), news);
    expect(withoutKnown(trees, all)).toBe(all);
  });

  it('is all of it when something known is gone, or has lost its place to our own', () => {
    const trees = known(folder, entry('d/a', '2'), entry('b', '4'));
    const gone = { ...reading(entry('b', '4')), gone: [{ path: 'd/a', id: '2' }] };
    expect(withoutKnown(trees, gone)).toBe(gone);
    // What lost it was not told; that two are at one place says so.
    const [, a, b] = [...trees.items.values()];
    if (a?.remote !== undefined && b?.remote !== undefined)
      b.remote = { ...b.remote, parent: a.remote.parent, name: a.remote.name };
    const crowded = reading(entry('d/a', '4'));
    expect(withoutKnown(trees, crowded)).toBe(crowded);
  });

  it('is the reading itself when it is a whole one', () => {
    const trees = known(folder, entry('d/a', '2'));
    const all = { ...reading(folder, entry('d/a', '2')), whole: true };
    expect(withoutKnown(trees, all)).toBe(all);
  });
});
