import { describe, expect, it } from 'vitest';
import { shrink } from './shrink.ts';

describe('shrink', () => {
  it('leaves out everything that a failure does not need', async () => {
    const needed = [3, 17, 40];
    const skip = await shrink(async (left) => {
      const fails = needed.every((event) => !left.has(event));
      return { hash: '', events: 50, steps: 0, failures: fails ? ['R1 lost'] : [], lines: undefined };
    });
    const kept = Array.from({ length: 50 }, (_, i) => i + 1).filter((event) => !skip.has(event));
    expect(kept).toEqual(needed);
  });

  it('does not take another failure for the same one', async () => {
    const skip = await shrink(async (left) => ({
      ...{ hash: '', events: 4, steps: 0, lines: undefined },
      failures: left.has(2) ? ['R8 stuck'] : ['R1 lost'],
    }));
    expect([...skip].sort()).toEqual([1, 3, 4]);
  });

  it('leaves a world alone that does not fail', async () => {
    const fine = { hash: '', events: 9, steps: 0, failures: [], lines: undefined };
    expect((await shrink(async () => fine)).size).toBe(0);
  });
});
