import { describe, expect, it } from 'vitest';
import { childOf, isWithin, nameOf, namesOf, parentOf, rebase } from './tree-path.ts';

describe('tree paths', () => {
  it('take a path apart and put it together', () => {
    expect(namesOf('')).toEqual([]);
    expect(namesOf('a/b c/ö')).toEqual(['a', 'b c', 'ö']);
    expect(nameOf('a/b')).toBe('b');
    expect(parentOf('a/b')).toBe('a');
    expect(parentOf('a')).toBe('');
    expect(parentOf('')).toBeUndefined();
    expect(childOf('', 'a')).toBe('a');
    expect(childOf('a', 'b')).toBe('a/b');
  });

  it('know what lies within a folder, by whole names', () => {
    expect(isWithin('a/b', 'a')).toBe(true);
    expect(isWithin('ab', 'a')).toBe(false);
    expect(isWithin('anything', '')).toBe(true);
  });

  it('follow a folder that moved', () => {
    expect(rebase('a/b/c', 'a/b', 'x')).toBe('x/c');
    expect(rebase('a', 'a', 'b/c')).toBe('b/c');
    expect(rebase('a/b', '', 'x')).toBe('x/a/b');
  });
});
