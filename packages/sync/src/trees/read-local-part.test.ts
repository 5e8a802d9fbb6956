import { isWithin, type TreePath } from '@holdfast/base';
import { manualClock } from '@holdfast/base/testing';
import type { LocalProblem } from '@holdfast/localfs';
import { MemoryFolder } from '@holdfast/localfs/testing';
import { describe, expect, it } from 'vitest';
import { type Item, pathOf } from './item.ts';
import { readLocal } from './read-local.ts';
import { readLocalPart } from './read-local-part.ts';
import { emptyTrees, type Trees } from './trees.ts';

const rules = '.rules';

/** A disk and trees that know it; every file counts as agreed on. */
async function knownDisk(...paths: TreePath[]): Promise<{ folder: MemoryFolder; trees: Trees }> {
  const folder = new MemoryFolder({ clock: manualClock() });
  for (const path of paths) folder.disk.write(path, path);
  const trees = emptyTrees();
  readLocal(trees, await folder.scan());
  for (const item of trees.items.values()) {
    const { local } = item;
    if (local === undefined) continue;
    const remote = { ...local, id: undefined, etag: 'e', permissions: undefined, sha1: undefined };
    item.remote = remote;
    item.base = { local, remote, sha: 'x' };
  }
  return { folder, trees };
}

function itemAt(trees: Trees, path: TreePath): Item | undefined {
  return [...trees.items.values()].find((item) => item.local !== undefined && pathOf(item, 'local') === path);
}

async function look(folder: MemoryFolder, trees: Trees, ...paths: TreePath[]) {
  return readLocalPart(trees, await folder.look(paths), paths, rules);
}

describe('a look at a part', () => {
  it('R4 is in doubt about a folder that is gone, and about many files that are', async () => {
    const many = Array.from({ length: 30 }, (_, at) => `many/${at}`);
    const { folder, trees } = await knownDisk('d/1', ...many);
    folder.disk.remove('d');
    expect((await look(folder, trees, 'd')).kind).toBe('doubt');
    for (const path of many.slice(0, 20)) folder.disk.remove(path);
    expect((await look(folder, trees, ...many)).kind).toBe('ready');
    for (const path of many.slice(20)) folder.disk.remove(path);
    expect((await look(folder, trees, ...many)).kind).toBe('doubt');
  });

  it('asks for the place that something came from, and for a folder on the way that is another one', async () => {
    const { folder, trees } = await knownDisk('d/1', 'e/2', 'f/g/3');
    folder.disk.move('d', 'e/moved');
    expect(await look(folder, trees, 'e/moved')).toEqual({ kind: 'wider', paths: ['d'] });
    expect((await look(folder, trees, 'e/moved', 'd')).kind).toBe('ready');
    folder.disk.remove('f');
    folder.disk.write('f/g/3', 'another');
    expect(await look(folder, trees, 'f/g/3')).toEqual({ kind: 'wider', paths: ['f'] });
  });

  it('is in doubt when rules have come, and about the root', async () => {
    const { folder, trees } = await knownDisk('d/1');
    folder.disk.write('d/new/.rules', 'rules');
    expect((await look(folder, trees, 'd/new')).kind).toBe('doubt');
    expect((await look(folder, trees, '')).kind).toBe('doubt');
  });

  it('R4 freezes what cannot be read in it, thaws what can be again, and leaves the rest frozen', async () => {
    const { folder, trees } = await knownDisk('a/1', 'a/b/2', 'c/3');
    const unreadable = (path: TreePath): LocalProblem => ({ path, reason: 'unreadable', code: 'EACCES' });
    folder.disk.problems.set('c', unreadable('c'));
    readLocal(trees, await folder.scan());
    expect(frozenIn(trees)).toEqual(['c', 'c/3']);
    folder.disk.problems.set('a/b', unreadable('a/b'));
    await take(folder, trees, 'a/b');
    expect(frozenIn(trees)).toEqual(['a/b', 'a/b/2', 'c', 'c/3']);
    expect(itemAt(trees, 'a/b/2')).toBeDefined();
    folder.disk.problems.delete('a/b');
    await take(folder, trees, 'a/b');
    expect(frozenIn(trees)).toEqual(['c', 'c/3']);
  });

  it('takes note of names that are taken by what is not synced, in it alone', async () => {
    const { folder, trees } = await knownDisk('a/1', 'b/2');
    folder.disk.problems.set('a/link', { path: 'a/link', reason: 'symlink' });
    folder.disk.problems.set('b/link', { path: 'b/link', reason: 'symlink' });
    await take(folder, trees, 'a/link');
    const taken = () => [...trees.taken].map(([item, names]) => [pathOf(item, 'local'), [...names.keys()]]);
    expect(taken()).toEqual([['a', ['link']]]);
    folder.disk.problems.delete('a/link');
    await take(folder, trees, 'a/link');
    expect(taken()).toEqual([]);
  });
});

function frozenIn(trees: Trees): TreePath[] {
  return [...trees.frozen.keys()].map((item) => pathOf(item, 'local')).sort();
}

async function take(folder: MemoryFolder, trees: Trees, path: TreePath): Promise<void> {
  const part = await look(folder, trees, path);
  if (part.kind !== 'ready') throw new Error(part.kind);
  expect([...part.paths].every((one) => isWithin(path, one))).toBe(true);
  part.take();
}
