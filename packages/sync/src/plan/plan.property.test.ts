import { seededRandom } from '@holdfast/base/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userAct } from '../testing/arbitrary-act.ts';
import { checkModel, rememberModel } from '../testing/check-model.ts';
import { ModelWorld, modelPolicy } from '../testing/model-world.ts';

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 400);
const seed = Number(process.env.HOLDFAST_PROPERTY_SEED ?? 1);

const story = fc.record({
  start: fc.array(userAct('local'), { maxLength: 20 }),
  epochs: fc.array(fc.array(userAct(), { maxLength: 14 }), { minLength: 1, maxLength: 3 }),
  checksums: fc.boolean(),
  folderEtags: fc.boolean(),
  shuffle: fc.nat(1_000_000),
  portion: fc.constantFrom(1, 3, 10, Number.POSITIVE_INFINITY),
});

/** Endless numbers from a seed. */
function* orderOf(start: number): Generator<number> {
  const random = seededRandom(start + 1);
  for (;;) yield random.next();
}

describe('plan', () => {
  it('R1 R2 R3 R8 converges from any two trees with nothing lost, in any order', () => {
    fc.assert(
      fc.property(story, ({ start, epochs, checksums, folderEtags, shuffle, portion }) => {
        const order = orderOf(shuffle);
        const world = new ModelWorld(checksums);
        const settings = { ...modelPolicy, folderEtags };
        for (const one of start) world.perform(one);
        world.converge(order, settings, portion);
        let problems = 0;
        for (const epoch of epochs) {
          const before = rememberModel(world.model);
          for (const one of epoch) world.perform(one);
          const after = rememberModel(world.model);
          // What could not be synced once is not in sync later on.
          problems += world.converge(order, settings, portion).problems;
          checkModel(world, before, after, problems);
        }
      }),
      { numRuns: runs, seed },
    );
  });

  it('R2 R3 makes the union of two trees that were never in sync', () => {
    fc.assert(
      fc.property(
        fc.array(userAct(), { maxLength: 30 }),
        fc.boolean(),
        fc.nat(1_000_000),
        fc.constantFrom(1, 3, Number.POSITIVE_INFINITY),
        (acts, sums, shuffle, portion) => {
          const world = new ModelWorld(sums);
          for (const one of acts) world.perform(one);
          const after = rememberModel(world.model);
          const { problems } = world.converge(orderOf(shuffle), modelPolicy, portion);
          checkModel(world, { local: new Map(), remote: new Map() }, after, problems);
        },
      ),
      { numRuns: runs, seed },
    );
  });

  it('R8 comes to the same end whether it is planned at once or in portions', () => {
    fc.assert(
      fc.property(
        fc.array(userAct(), { maxLength: 12 }),
        fc.array(userAct(), { maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        (start, acts, portion) => {
          const ends = [portion, Number.POSITIVE_INFINITY].map((size) => {
            const world = new ModelWorld(true);
            const order = function* (): Generator<number> {
              for (;;) yield 0;
            };
            for (const one of start) world.perform(one);
            world.converge(order(), modelPolicy);
            for (const one of acts) world.perform(one);
            const { problems } = world.converge(order(), modelPolicy, size);
            return { problems, local: world.model.local.shown(), remote: world.model.remote.shown() };
          });
          expect(ends[0]).toEqual(ends[1]);
        },
      ),
      { numRuns: runs, seed },
    );
  });
});
