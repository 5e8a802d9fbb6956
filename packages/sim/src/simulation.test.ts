import { describe, expect, it } from 'vitest';
import { keptSeeds } from './kept-seeds.ts';
import { Workshop } from './run-seed.ts';
import { type Failing, runSeeds } from './run-seeds.ts';

const fresh = Number(process.env.HOLDFAST_SIM_RUNS ?? 2000);
/** A fixed start: whether a change lands is not a matter of luck. `HOLDFAST_SIM_SEED` takes others. */
const base = Number(process.env.HOLDFAST_SIM_SEED ?? 20_261_123);

describe('simulation', () => {
  it.each(keptSeeds())('R9 level $level seed $seed: $note', async ({ level, seed }) => {
    using shop = new Workshop();
    expect((await shop.runTwice(level, seed)).failures).toEqual([]);
  });

  it(`R1 R2 R3 R4 R5 R6 R7 R8 R9 R11 R13 R15 hold in ${fresh} worlds from seed ${base} on`, async () => {
    const failing: Failing[] = [];
    const share = { levels: [1, 2, 3] as const, seed: base, runs: fresh, jobs: 1, index: 0 };
    await runSeeds(share, (_count, failed) => failing.push(...failed));
    expect(failing).toEqual([]);
  }, 600_000);

  it.each([1, 2, 3] as const)('R9 a world of level %i goes the same way every time', async (level) => {
    using shop = new Workshop();
    const first = await shop.runOnce(level, 7, { trace: true });
    const second = await shop.runOnce(level, 7, { trace: true });
    expect(second.lines).toEqual(first.lines);
    expect(first.events).toBeGreaterThan(2);
    expect((await shop.runOnce(level, 8)).hash).not.toBe(first.hash);
  });
});
