import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

it('lets so many work at once, the others in the order in which they came', async () => {
  const turns = new Turns(2);
  const first = await turns.take(never);
  const second = await turns.take(never);
  const order: number[] = [];
  const waiting = [3, 4].map(async (number) => {
    using _turn = await turns.take(never);
    order.push(number);
  });
  expect(order).toEqual([]);
  first[Symbol.dispose]();
  // Giving back twice must not let two in.
  first[Symbol.dispose]();
  await Promise.all(waiting);
  expect(order).toEqual([3, 4]);
  second[Symbol.dispose]();
});

it('whoever leaves while waiting takes no turn', async () => {
  const turns = new Turns(1);
  const held = await turns.take(never);
  const leaving = new AbortController();
  const left = turns.take(leaving.signal);
  const next = turns.take(never);
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  held[Symbol.dispose]();
  (await next)[Symbol.dispose]();
  await expect(turns.take(leaving.signal)).rejects.toThrow('left');
  (await turns.take(never))[Symbol.dispose]();
});
