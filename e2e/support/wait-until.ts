import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is not `undefined` or `false`; rejects after `timeout` milliseconds. */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  timeout = 30_000,
): Promise<T> {
  const end = performance.now() + timeout;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`waited ${timeout} ms in vain for ${what}`);
    await sleep(15);
  }
}
