import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userAct } from '../testing/arbitrary-act.ts';
import { ModelWorld, modelPolicy } from '../testing/model-world.ts';
import type { Base } from './item.ts';
import { packSettled } from './pack-settled.ts';
import { isPacked } from './packed-item.ts';

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 400);
const seed = Number(process.env.HOLDFAST_PROPERTY_SEED ?? 1);

/** A world in which everything settled is packed before each look. */
class PackingWorld extends ModelWorld {
  packed = 0;
  readonly #stored = new Map<number, Base>();

  override observe(): void {
    for (const item of this.trees.items.values()) {
      if (isPacked(item)) continue;
      if (item.base !== undefined) this.#stored.set(item.key, item.base);
      item.savedBase = item.base;
      item.savedRemote = item.remote;
    }
    const read = ({ key }: { readonly key: number }): Base => {
      const base = this.#stored.get(key);
      if (base === undefined) throw new Error(`nothing is stored about ${key}`);
      // Other objects than before, and without what is not stored.
      const local = { ...base.local, sha: undefined };
      return { ...base, local, remote: { ...base.remote, sha: undefined, sha1: undefined } };
    };
    packSettled(this.trees, read, () => true);
    for (const item of this.trees.items.values()) if (isPacked(item)) this.packed += 1;
    super.observe();
  }
}

describe('packed items', () => {
  it('R8 make no difference to what becomes of both sides', () => {
    let packed = 0;
    fc.assert(
      fc.property(
        fc.array(userAct(), { maxLength: 20 }),
        fc.array(userAct(), { maxLength: 15 }),
        fc.constantFrom(2, Number.POSITIVE_INFINITY),
        (start, since, portion) => {
          const worlds = [new ModelWorld(true), new PackingWorld(true)];
          const ends = worlds.map((world) => {
            for (const acts of [start, since]) {
              for (const act of acts) world.perform(act);
              world.converge(zeros(), modelPolicy, portion);
            }
            return { local: world.model.local.shown(), remote: world.model.remote.shown() };
          });
          expect(ends[1]).toEqual(ends[0]);
          packed += worlds[1] instanceof PackingWorld ? worlds[1].packed : 0;
        },
      ),
      { numRuns: runs, seed },
    );
    expect(packed).toBeGreaterThan(runs);
  });
});

function* zeros(): Generator<number> {
  for (;;) yield 0;
}
