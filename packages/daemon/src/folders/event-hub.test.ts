import type { FolderEvent } from '@holdfast/protocol';
import { expect, it } from 'vitest';
import { EventHub } from './event-hub.ts';

const transfer = (folder: string, filesDone: number): FolderEvent => ({
  ...{ type: 'transfer', at: 0, folder },
  transfer: { filesDone, filesTotal: 9, bytesDone: 0, bytesTotal: 0, bytesPerSecond: 0 },
});
const run = (number: number): FolderEvent => ({
  ...{ type: 'run', at: 0, folder: 'f', run: number, state: 'changed', counts: {} },
  ...{ bytesUp: 0, bytesDown: 0, duration: 0 },
});
const never = new AbortController().signal;

it('passes events on in order, and tells whether anybody reads', async () => {
  const hub = new EventHub();
  expect(hub.read).toBe(false);
  const reader = hub.open(() => 7);
  expect(hub.read).toBe(true);
  const first = reader.next(never);
  hub.publish(run(1));
  hub.publish(run(2));
  expect(await first).toEqual(run(1));
  expect(await reader.next(never)).toEqual(run(2));
  reader[Symbol.dispose]();
  expect(hub.read).toBe(false);
});

it('keeps the latest progress of each folder for a slow reader, and a bounded number of the rest', async () => {
  const hub = new EventHub();
  using reader = hub.open(() => 7);
  for (let count = 0; count < 100_000; count++) {
    hub.publish(transfer('a', count));
    hub.publish(transfer('b', count));
    hub.publish(run(count));
  }
  const got: FolderEvent[] = [];
  do got.push(await reader.next(never));
  while (got.at(-1)?.type !== 'lost');
  expect(got.filter(({ type }) => type === 'transfer')).toEqual([
    transfer('a', 99_999),
    transfer('b', 99_999),
  ]);
  const runs = got.filter(({ type }) => type === 'run');
  expect(runs.length).toBeLessThanOrEqual(1000);
  expect(got.at(-1)).toEqual({ type: 'lost', at: 7, count: 100_000 - runs.length });
  hub.publish(run(5));
  expect(await reader.next(never)).toEqual(run(5));
});

it('one slow reader takes nothing from another', async () => {
  const hub = new EventHub();
  using _slow = hub.open(() => 0);
  using quick = hub.open(() => 0);
  for (let number = 0; number < 5000; number++) {
    hub.publish(run(number));
    expect(await quick.next(never)).toEqual(run(number));
  }
});

it('ends when its reader leaves', async () => {
  using reader = new EventHub().open(() => 0);
  const leaving = new AbortController();
  const next = reader.next(leaving.signal);
  leaving.abort(new Error('left'));
  await expect(next).rejects.toThrow('left');
});
