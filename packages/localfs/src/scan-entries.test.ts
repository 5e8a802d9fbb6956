import { expect, it } from 'vitest';
import type { LocalEntry } from './folder.ts';
import { ScanEntries } from './scan-entries.ts';

function entry(path: string, more: Partial<LocalEntry> = {}): LocalEntry {
  const size = path.length;
  return {
    ...{ path, kind: 'file', id: '7', size, mtime: { s: 1, ns: 2 }, ctime: '1000000002', executable: false },
    ...more,
  };
}

it('gives back what was put in, in that order and as often as asked', () => {
  const entries = new ScanEntries();
  const all: LocalEntry[] = [];
  const add = (name: string, one: LocalEntry) => {
    all.push(one);
    entries.add(name, one);
  };
  entries.enter('');
  add('d', entry('d', { kind: 'folder', size: 0 }));
  add('n', entry('n', { id: '18446744073709551615', mtime: { s: -9, ns: 999_999_999 }, ctime: '-5' }));
  add('x', entry('x', { size: 2 ** 52, executable: true }));
  expect([...entries]).toEqual(all);
  entries.enter('empty');
  entries.enter('d');
  for (let i = 0; i < 10_000; i += 1) add(`f ${i}`, entry(`d/f ${i}`, { id: String(i) }));
  expect([...entries]).toEqual(all);
  expect([...entries]).toEqual(all);
});

it('gives nothing where nothing was put in', () => {
  const entries = new ScanEntries();
  entries.enter('');
  expect([...entries]).toEqual([]);
});
