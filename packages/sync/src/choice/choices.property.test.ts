import { seededRandom } from '@holdfast/base/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userAct } from '../testing/arbitrary-act.ts';
import { type ChoosingAct, ChoosingWorld } from '../testing/choosing-world.ts';
import type { ModelSide } from '../testing/model-side.ts';
import { keptFolders } from './kept-folders.ts';

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 300);
const seed = Number(process.env.HOLDFAST_PROPERTY_SEED ?? 1);

const choosing: fc.Arbitrary<ChoosingAct> = fc.record({
  kind: fc.constantFrom('free', 'free', 'hide', 'fetch', 'rules'),
  at: fc.nat(40),
});

const story = fc.record({
  start: fc.array(userAct('local'), { maxLength: 20 }),
  epochs: fc.array(
    fc.record({
      choices: fc.array(choosing, { maxLength: 4 }),
      acts: fc.array(userAct(), { maxLength: 10 }),
      late: fc.array(
        choosing.filter(({ kind }) => kind === 'rules'),
        { maxLength: 1 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  checksums: fc.boolean(),
  shuffle: fc.nat(1_000_000),
});

function* orderOf(start: number): Generator<number> {
  const random = seededRandom(start + 1);
  for (;;) yield random.next();
}

function contentsOf(side: ModelSide): Set<string> {
  return new Set([...side.nodes.values()].filter(({ folder }) => !folder).map(({ content }) => content));
}

function normalized(side: ModelSide): Record<string, string> {
  return Object.fromEntries([...side.shown()].map(([path, content]) => [path.normalize('NFC'), content]));
}

describe('plan with choices and rules', () => {
  it('R1 R2 R3 R8 converges, removes nothing that is left alone, fetches nothing that is not wanted', () => {
    fc.assert(
      fc.property(story, ({ start, epochs, checksums, shuffle }) => {
        const order = orderOf(shuffle);
        const world = new ChoosingWorld(checksums);
        for (const one of start) world.perform(one);
        world.converge(order, world.policy);
        let problems = 0;
        for (const { choices, acts, late } of epochs) {
          const agreed = new Set([...contentsOf(world.model.local), ...contentsOf(world.model.remote)]);
          for (const one of choices) world.choose(one);
          for (const one of acts) world.perform(one);
          for (const one of late) world.choose(one);
          const written = [...contentsOf(world.model.local), ...contentsOf(world.model.remote)];
          const fresh = written.filter((content) => !agreed.has(content));
          const ignored = world.ignoredHere();
          world.observe();
          world.settle();
          const aside = world.asideItems().flatMap((item) => world.contentThere(item) ?? []);
          const here = contentsOf(world.model.local);

          problems += world.converge(order, world.policy).problems;

          const local = contentsOf(world.model.local);
          const remote = contentsOf(world.model.remote);
          for (const content of fresh)
            expect(local.has(content) || remote.has(content), `${content} was lost`).toBe(true);
          for (const content of aside) expect(remote, `${content} was removed there`).toContain(content);
          for (const content of ignored) expect(local, `${content} was removed here`).toContain(content);
          world.settle();
          for (const item of world.asideItems()) {
            const content = world.contentThere(item);
            if (content !== undefined && !here.has(content) && world.copiesThere(content) === 1)
              expect(local, `${content} was fetched`).not.toContain(content);
          }
          if (problems > 0) continue;
          const kept = new Set([...keptFolders(world.trees, world.policy.isAside ?? (() => false))]);
          const left = [...world.trees.items.values()].filter((item) => !kept.has(item));
          expect(world.leftovers().length).toBeLessThanOrEqual(world.trees.items.size - left.length);
        }
        if (problems > 0) return;
        // All that was left out is wanted again: both sides become equal, and nothing goes.
        const aside = world.asideItems().flatMap((item) => world.contentThere(item) ?? []);
        const before = new Set([...world.contentsHereOnly(), ...aside]);
        world.rules = [];
        for (const item of [...world.trees.items.values()]) {
          if (world.trees.choices.get(item) !== 'ignored') world.trees.choices.delete(item);
        }
        if (world.converge(order, world.policy).problems > 0) return;
        expect(normalized(world.model.local)).toEqual(normalized(world.model.remote));
        const after = contentsOf(world.model.local);
        for (const content of before) expect(after, `${content} went with the rules`).toContain(content);
      }),
      { numRuns: runs, seed },
    );
  });
});
