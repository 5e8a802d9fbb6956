import { expect, test } from 'vitest';
import { ListingCache } from './listing-cache.ts';

test('the least used go first, and too large ones never come in', () => {
  const cache = new ListingCache(800);
  for (let i = 0; i < 8; i++) cache.set(`${i}`, Buffer.alloc(100));
  expect(cache.get('0')?.length).toBe(100);
  cache.set('8', Buffer.alloc(100));
  expect([cache.get('0') !== undefined, cache.get('1'), cache.get('8')?.length]).toEqual([
    true,
    undefined,
    100,
  ]);
  cache.set('large', Buffer.alloc(101));
  expect(cache.get('large')).toBeUndefined();
  cache.set('8', Buffer.alloc(50));
  cache.set('9', Buffer.alloc(50));
  expect([cache.get('8')?.length, cache.get('2')?.length]).toEqual([50, 100]);
});
