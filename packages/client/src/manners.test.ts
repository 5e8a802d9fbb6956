import { manualClock, seededRandom } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { Manners } from './manners.ts';

function world() {
  const clock = manualClock();
  const manners = new Manners(clock, seededRandom(1));
  /** How long a turn takes. */
  const turn = async () => {
    const before = clock.monotonic();
    await manners.turn();
    return clock.monotonic() - before;
  };
  return { clock, manners, turn };
}

describe('manners towards a server', () => {
  it('nobody waits while it answers', async () => {
    const { manners, turn } = world();
    for (const status of [200, 207, 404, 412, 423, 500]) {
      manners.answered(status);
      expect(await turn()).toBe(0);
    }
  });

  it('pauses grow with every refusal in a row, up to a minute, and vary', async () => {
    const { clock, manners, turn } = world();
    for (const pause of [1_000, 2_000, 4_000]) {
      manners.answered(503);
      const waited = await turn();
      expect(waited).toBeGreaterThanOrEqual(pause / 2);
      expect(waited).toBeLessThanOrEqual(pause * 1.5);
    }
    for (let round = 0; round < 10; round++) {
      manners.answered(502);
      clock.advance(100_000);
    }
    manners.answered(504);
    await expect(turn()).rejects.toMatchObject({ code: 'unavailable' });
    clock.advance(90_000);
    manners.answered(200);
    manners.answered(503);
    expect(await turn()).toBeLessThanOrEqual(1_500);
  });

  it('a Retry-After holds for every request, whatever others are answered meanwhile', async () => {
    const { clock, manners, turn } = world();
    manners.answered(429, 120);
    manners.answered(200);
    await expect(turn()).rejects.toMatchObject({
      code: 'too-many-requests',
      details: { retryAfterSeconds: 120 },
    });
    clock.advance(115_000);
    expect(await turn()).toBe(5_000);
    expect(await turn()).toBe(0);
  });

  it('a wait ends with the signal', async () => {
    const { manners } = world();
    manners.answered(503, 5);
    await expect(manners.turn(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
