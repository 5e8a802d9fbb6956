import { describe, expect, it } from 'vitest';
import {
  conflictName,
  foldName,
  macNames,
  mapName,
  originalOfCopy,
  posixNames,
  rulesOfServer,
  windowsNames,
} from './name-rules.ts';

describe('R13 names', () => {
  it.each([
    ['plain.txt', 'plain.txt'],
    ['a:b', 'a%3Ab'],
    ['what?', 'what%3F'],
    ['a\\b', 'a%5Cb'],
    ['<>|"*', '%3C%3E%7C%22%2A'],
    ['tab\there', 'tab%09here'],
    ['CON', '%43ON'],
    ['nul.txt', '%6Eul.txt'],
    ['com1.tar.gz', '%63om1.tar.gz'],
    ['COM¹', '%43OM¹'],
    ['console', 'console'],
    ['ends in a dot.', 'ends in a dot%2E'],
    ['ends in a space ', 'ends in a space%20'],
    ['ünï 😀', 'ünï 😀'],
  ])('%j becomes %j on Windows', (name, mapped) => {
    expect(mapName(name, windowsNames)).toBe(mapped);
    expect(mapName(mapped, windowsNames)).toBe(mapped);
    expect(mapName(name, posixNames)).toBe(name);
  });

  it.each(['', '.', '..', 'a/b', 'a\0b'])('%j cannot be held anywhere', (name) => {
    for (const rules of [posixNames, windowsNames, macNames]) expect(mapName(name, rules)).toBeUndefined();
  });

  it.each([
    ['ü'.repeat(127), true, true],
    ['ü'.repeat(128), false, true],
    ['x'.repeat(255), true, true],
    ['漢'.repeat(255), false, true],
    ['😀'.repeat(127), false, true],
  ])('%j: held as it is by posix %s, by Windows and macOS %s', (name, posix, units) => {
    expect(mapName(name, posixNames) === name).toBe(posix);
    expect(mapName(name, windowsNames) === name).toBe(units);
    expect(mapName(name, macNames) === name).toBe(units);
  });

  it('that are too long are cut, keep their extension, and stay different', () => {
    const long = (end: string) => `${'漢'.repeat(100)}${end}`;
    const [a, b] = [mapName(long('a.txt'), posixNames) ?? '', mapName(long('b.txt'), posixNames) ?? ''];
    expect(a).toMatch(/^漢+~[0-9a-f]{8}\.txt$/);
    expect(a).not.toBe(b);
    expect(mapName(a, posixNames)).toBe(a);
    for (const name of [
      long('a.txt'),
      long(''),
      `a.${'x'.repeat(400)}`,
      '😀'.repeat(100),
      `${'x'.repeat(254)}:`,
    ]) {
      for (const rules of [posixNames, windowsNames, macNames]) {
        const out = mapName(name, rules) ?? '';
        expect(new TextEncoder().encode(out).length).toBeLessThanOrEqual(Math.min(rules.maxBytes, 1024));
        expect(out.length).toBeLessThanOrEqual(rules.maxUnits);
        expect(out.isWellFormed()).toBe(true);
        expect(mapName(name, rules)).toBe(out);
      }
    }
  });

  it('are the same composed and decomposed, and without regard to case where a side says so', () => {
    expect(foldName('caf\u00e9', false)).toBe(foldName('cafe\u0301', false));
    expect(foldName('A', false)).not.toBe(foldName('a', false));
    expect(foldName('\u00c4B', true)).toBe(foldName('a\u0308b', true));
  });
});

describe('R13 names that a server refuses', () => {
  const rules = rulesOfServer({
    characters: '\\:*]^-',
    names: ['.htaccess', 'con'],
    basenames: ['aux'],
    extensions: ['.part', '.filepart'],
    windows: false,
  });

  it.each([
    ['plain.txt', 'plain.txt'],
    ['a:b', 'a%3Ab'],
    ['a-b]c^d\\e', 'a%2Db%5Dc%5Ed%5Ce'],
    ['.htaccess', '%2Ehtaccess'],
    ['.HTAccess', '%2EHTAccess'],
    ['aux.txt', '%61ux.txt'],
    ['auxiliary.txt', 'auxiliary.txt'],
    ['film.part', 'film%2Epart'],
    ['film.PART', 'film%2EPART'],
    ['film.part.txt', 'film.part.txt'],
    ['<>|', '<>|'],
  ])('%j becomes %j', (name, mapped) => {
    expect(mapName(name, rules)).toBe(mapped);
    expect(mapName(mapped, rules)).toBe(mapped);
  });

  it('on Windows are those of Windows as well', () => {
    const windows = rulesOfServer({
      characters: '',
      names: [],
      basenames: [],
      extensions: [],
      windows: true,
    });
    for (const name of ['a:b', 'CON', 'dot.', 'what?']) {
      expect(mapName(name, windows)).toBe(mapName(name, windowsNames));
    }
    expect(mapName('x'.repeat(300), windows)?.length).toBe(255);
    expect(rulesOfServer(undefined)).toBe(posixNames);
  });

  it('cannot be helped where the percent sign is refused too', () => {
    const none = rulesOfServer({
      characters: '%:',
      names: [],
      basenames: [],
      extensions: [],
      windows: false,
    });
    expect([mapName('a:b', none), mapName('100%', none), mapName('ab', none)]).toEqual([
      undefined,
      undefined,
      'ab',
    ]);
  });
});

describe('names of conflict copies', () => {
  const stamp = '2026-11-23 175500';

  it.each([
    ['a.txt', 1, 'a (conflict 2026-11-23 175500).txt'],
    ['a.txt', 2, 'a (conflict 2026-11-23 175500 2).txt'],
    ['none', 1, 'none (conflict 2026-11-23 175500)'],
    ['.hidden', 1, '.hidden (conflict 2026-11-23 175500)'],
    ['a.tar.gz', 1, 'a.tar (conflict 2026-11-23 175500).gz'],
    ['a (conflict 2025-01-01 000000).txt', 1, 'a (conflict 2026-11-23 175500).txt'],
    ['a (conflict 2025-01-01 000000 2)', 1, 'a (conflict 2026-11-23 175500)'],
    ['a (conflicted copy 2025-01-01 000000).txt', 1, 'a (conflict 2026-11-23 175500).txt'],
    ['a.sync-conflict-20250101-000000-ABCDEF7.txt', 1, 'a (conflict 2026-11-23 175500).txt'],
  ])('%s (%d) is %s', (name, count, copy) => {
    expect(conflictName(name, stamp, count, 255)).toBe(copy);
  });

  it.each([
    ['a (conflict 2025-01-01 000000).txt', 'a.txt'],
    ['a (conflict 2025-01-01 000000 12)', 'a'],
    ['.hidden (conflict 2025-01-01 000000)', '.hidden'],
    ['v1.2 (conflict 2025-01-01 000000)', 'v1.2'],
    ['a (conflicted copy 2025-01-01 101112).odt', 'a.odt'],
    ["a (Ann's conflicted copy 2025-01-01).odt", 'a.odt'],
    ['a.sync-conflict-20250101-000000-ABCDEF7', 'a'],
    ['a.txt', undefined],
    ['a (conflict).txt', undefined],
    [' (conflict 2025-01-01 000000)', undefined],
    ['a (conflict 2025-01-01 000000) more.txt', undefined],
  ])('%s is a copy of %s', (name, original) => {
    expect(originalOfCopy(name)).toBe(original);
  });

  it('never get too long, whatever is cut is whole characters', () => {
    for (const name of ['x'.repeat(255), `${'ü'.repeat(125)}.jpg`, `a.${'😀'.repeat(63)}`, '😀'.repeat(63)]) {
      const copy = conflictName(name, stamp, 3, 255);
      expect(new TextEncoder().encode(copy).length).toBeLessThanOrEqual(255);
      expect(copy).toContain('(conflict 2026-11-23 175500 3)');
      expect(copy.isWellFormed()).toBe(true);
    }
  });
});
