import { describe, expect, it } from 'vitest';
import { safeTarget } from './link-target.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('targets of links', () => {
  it.each([
    ['a', 'b'],
    ['a', './b/c'],
    ['d/a', '../b'],
    ['d/e/a', '../../b/c'],
    ['d/a', '..'],
    ['a', 'ünï 😀'],
    ['a', 'b//c/'],
    ['a', '...'],
  ])('%s -> %s stays inside', (path, target) => {
    expect(safeTarget(path, bytes(target))).toBe(target);
  });

  it.each([
    ['a', '/etc/passwd'],
    ['a', '..'],
    ['a', '../x'],
    ['d/a', '../../x'],
    ['d/a', 'b/../../..'],
    ['d/a', 'other-link/../x'],
    ['a', './../x'],
    ['a', 'C:\\Windows'],
    ['a', 'c:x'],
    ['a', 'b\\..\\..\\x'],
    ['a', 'b\0c'],
    ['a', ''],
    ['a', 'x/'.repeat(2048)],
  ])('%s -> %j does not, or cannot be told', (path, target) => {
    expect(safeTarget(path, bytes(target))).toBeUndefined();
  });

  it('that are no UTF-8 are not made', () => {
    expect(safeTarget('a', Uint8Array.of(0x61, 0xff))).toBeUndefined();
  });
});
