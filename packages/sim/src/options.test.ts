import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';
import { levelOf } from './run-seeds.ts';

describe('options', () => {
  it('has something sensible for everything', () => {
    expect(parseOptions([])).toMatchObject({ levels: [1, 2, 3], seed: 1, runs: 1000, jobs: 1, trace: false });
    expect(parseOptions(['--level', '2', '--seed', '7', '--skip', '1,5'])).toMatchObject({
      ...{ levels: [2], seed: 7, skip: [1, 5] },
    });
    expect(parseOptions(['--trace', '--runs', '9']).runs).toBe(1);
  });

  it.each([['--level', '4'], ['--seed', 'x'], ['--runs', '-1'], ['--unknown']])(
    'refuses %s %s',
    (...args) => {
      expect(() => parseOptions(args)).toThrow();
    },
  );

  it('mixes the levels, the quick ones more often', () => {
    const levels = Array.from({ length: 100 }, (_, nth) => levelOf([1, 2, 3], nth));
    const counts = [1, 2, 3].map((level) => levels.filter((one) => one === level).length);
    expect(counts).toEqual([60, 35, 5]);
    expect(levelOf([3], 4)).toBe(3);
  });
});
