import type { Clock } from '@holdfast/base';
import { manualClock } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
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
