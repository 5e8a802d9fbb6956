import type { Clock } from '@holdfast/base';
import { manualClock } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { paceBytes } from './pace-bytes.ts';
import { TokenBucket } from './token-bucket.ts';

const kib = 1024;

async function passed(bucket: TokenBucket, clock: Clock, pieces: number, piece: number): Promise<number> {
  const start = clock.monotonic();
  for (let count = 0; count < pieces; count++) await bucket.take(piece);
  return clock.monotonic() - start;
}

describe('a token bucket', () => {
  it('keeps to the rate over time', async () => {
    const clock = manualClock();
    const bucket = new TokenBucket(() => 100 * kib, clock);
    const ms = await passed(bucket, clock, 200, 5 * kib);
    expect(ms).toBeGreaterThan(9_500);
    expect(ms).toBeLessThan(10_500);
  });

  it('holds nothing back without a rate, and takes a new rate at once', async () => {
    const clock = manualClock();
    let rate: number | undefined;
    const bucket = new TokenBucket(() => rate, clock);
    expect(await passed(bucket, clock, 100, 1024 * kib)).toBe(0);
    rate = 1024 * kib;
    expect(await passed(bucket, clock, 20, 512 * kib)).toBeGreaterThan(8_500);
    rate = undefined;
    expect(await passed(bucket, clock, 100, 1024 * kib)).toBe(0);
  });

  it('does not save up what was not used', async () => {
    const clock = manualClock();
    const bucket = new TokenBucket(() => 100 * kib, clock);
    clock.advance(3_600_000);
    expect(await passed(bucket, clock, 100, 10 * kib)).toBeGreaterThan(9_000);
  });

  it('goes on with a rate of next to nothing, and ends when it is told to', async () => {
    const clock = manualClock();
    const bucket = new TokenBucket(() => 0, clock);
    await bucket.take(1);
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(bucket.take(1, stop)).rejects.toThrow('enough');
  });
});

describe('paced bytes', () => {
  const sourceOf = (chunks: Uint8Array[], ended: () => void) =>
    (async function* () {
      try {
        yield* chunks;
      } finally {
        ended();
      }
    })();

  it('are the same bytes, with a limit, without one, and when it changes on the way', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => at);
    const chunks = [bytes.subarray(0, 200_000), bytes.subarray(200_000, 200_000), bytes.subarray(200_000)];
    for (const rates of [[undefined], [1_000_000], [1_000_000, undefined], [undefined, 1_000_000]]) {
      const clock = manualClock();
      let rate = rates[0];
      const bucket = new TokenBucket(() => rate, clock);
      const got: Uint8Array[] = [];
      for await (const piece of paceBytes(
        sourceOf(chunks, () => {}),
        bucket,
        undefined,
      )) {
        got.push(piece);
        rate = rates.at(-1);
      }
      expect(Buffer.concat(got).equals(Buffer.from(bytes))).toBe(true);
    }
  });

  it('let go of the source when nobody wants more, and when they are told to stop', async () => {
    let ended = 0;
    const source = () => sourceOf([new Uint8Array(500_000)], () => ended++);
    const bucket = new TokenBucket(() => 1_000, manualClock());
    for await (const _ of paceBytes(source(), bucket, undefined)) break;
    expect(ended).toBe(1);
    const stop = AbortSignal.abort(new Error('enough'));
    const stopped = paceBytes(source(), bucket, stop)[Symbol.asyncIterator]();
    await expect(stopped.next()).rejects.toThrow('enough');
    expect(ended).toBe(2);
  });
});
