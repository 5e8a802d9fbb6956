import type { Clock } from '@holdfast/base';
import { expect, it } from 'vitest';
import { watchComputer } from './computer-watch.ts';

/** A clock whose every sleep takes as long as `naps` says, and which ends the test after the last. */
function sleeper(naps: readonly number[], stop: AbortController): Clock {
  let now = 0;
  let slept = 0;
  return {
    now: () => now,
    monotonic: () => now,
    sleep: async () => {
      const nap = naps[slept++];
      if (nap === undefined) {
        stop.abort();
        throw new Error('aborted');
      }
      now += nap;
    },
  };
}

async function wakesOf(
  naps: readonly number[],
  addresses: readonly string[] = [],
): Promise<[number, number]> {
  const stop = new AbortController();
  let looks = 0;
  let wakes = 0;
  const news = { onLook: () => ++looks, onWake: () => ++wakes };
  let read = 0;
  await watchComputer(sleeper(naps, stop), news, stop.signal, () => addresses[read++] ?? 'same');
  return [looks, wakes];
}

it('wakes after a sleep of the computer, and in another network, and not otherwise', async () => {
  expect(await wakesOf([30_000, 30_500, 45_000])).toEqual([4, 0]);
  expect(await wakesOf([30_000, 8 * 3_600_000, 30_000])).toEqual([4, 1]);
  expect(await wakesOf([30_000, 30_000], ['home', 'home', 'train'])).toEqual([3, 1]);
  // A clock that was set back is no sleep.
  expect(await wakesOf([-5_000_000, 30_000])).toEqual([3, 0]);
});
