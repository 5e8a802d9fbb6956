import { expect, it } from 'vitest';
import { LastLook } from './last-look.ts';
import type { PlainTree } from './place.ts';

const listed: PlainTree = new Map([
  ['a', 'text 1'],
  ['d', undefined],
  ['d/b', 'text 2'],
]);

function look(): LastLook {
  const last = new LastLook();
  last.take(listed);
  return last;
}

it('knows what it was shown where it was shown it', () => {
  expect(look().notSeenIn('d', listed)).toEqual([]);
});

it('does not know what was written since', () => {
  expect(look().notSeenIn('d', new Map([...listed, ['d/c', 'text 3']]))).toEqual(['text 3']);
});

it('does not know of a text that others have moved into the folder since', () => {
  const tree: PlainTree = new Map([
    ['d', undefined],
    ['d/b', 'text 2'],
    ['d/a', 'text 1'],
  ]);
  expect(look().notSeenIn('d', tree)).toEqual(['text 1']);
});

it('knows what it has moved itself, and all that is in it', () => {
  const last = look();
  last.moved('d', 'e');
  const tree: PlainTree = new Map([
    ['e', undefined],
    ['e/b', 'text 2'],
  ]);
  expect(last.notSeenIn('e', tree)).toEqual([]);
});

it('knows a file by its text, wherever that was', () => {
  expect(look().notSeenIn('a', new Map([['a', 'text 2']]))).toEqual([]);
  expect(look().notSeenIn('a', new Map([['a', 'text 3']]))).toEqual(['text 3']);
});
