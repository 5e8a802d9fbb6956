import { isWithin, type TreePath } from '@holdfast/base';
import { seededRandom } from '@holdfast/base/testing';
import type { LocalScan } from '@holdfast/localfs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Looks, lookLocally } from '../engine/look-locally.ts';
import { userAct } from '../testing/arbitrary-act.ts';
import type { ModelSide } from '../testing/model-side.ts';
import { ModelWorld, modelPolicy } from '../testing/model-world.ts';
import { pathOf } from './item.ts';
import { pairNew } from './pair-new.ts';
import { readLocal } from './read-local.ts';
import type { Trees } from './trees.ts';

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 400);
const seed = Number(process.env.HOLDFAST_PROPERTY_SEED ?? 1);
const never = new AbortController().signal;

function looksOf(side: ModelSide, count: { parts: number; wholes: number }): Looks {
  return {
    look: (paths) => {
      count.parts += 1;
      const told = (path: TreePath) => paths.some((one) => isWithin(path, one) || isWithin(one, path));
      const { entries, problems } = side.scan();
      const scan: LocalScan = { entries: [...entries].filter(({ path }) => told(path)), problems };
      return Promise.resolve(scan);
    },
    scan: () => {
      count.wholes += 1;
      return Promise.resolve(side.scan());
    },
  };
}

/** What a watcher tells: where something is, was, or is another one, but not what is below a renamed folder. */
function changedPaths(before: ReadonlyMap<string, Placed>, now: ReadonlyMap<string, Placed>): TreePath[] {
  const paths = new Set<TreePath>();
  for (const [id, node] of now) {
    const was = before.get(id);
    if (was?.parent !== node.parent || was.name !== node.name) {
      if (was !== undefined) paths.add(was.path);
      paths.add(node.path);
    } else if (was.version !== node.version) paths.add(node.path);
  }
  for (const [id, was] of before) if (!now.has(id)) paths.add(was.path);
  return [...paths];
}

interface Placed {
  readonly parent: string;
  readonly name: string;
  readonly path: TreePath;
  readonly version: number;
}

function placesIn(side: ModelSide): Map<string, Placed> {
  return new Map(
    [...side.nodes.values()].map((node) => {
      const { id, parent, name, version } = node;
      return [id, { parent, name, version, path: side.path(node) }];
    }),
  );
}

/** What is known of the disk, without the numbers of items. */
function knowledge(trees: Trees): string[] {
  const lines: string[] = [];
  for (const item of trees.items.values()) {
    const { local, base } = item;
    if (local === undefined && base === undefined) continue;
    const was = base === undefined ? 'new' : `${base.local.id} ${base.sha}`;
    const now =
      local === undefined
        ? 'gone'
        : `${pathOf(item, 'local')} ${local.id} ${local.size} ${local.s} ${local.cs} ${local === base?.local}`;
    lines.push(`${was}: ${now}`);
  }
  return lines.sort();
}

const acts = fc.array(userAct('local'), { minLength: 1, maxLength: 12 });

describe('a look at a part', () => {
  it('R4 gives the same trees as a look at everything', async () => {
    const count = { parts: 0, wholes: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(userAct(), { maxLength: 25 }),
        fc.array(userAct('local'), { minLength: 1, maxLength: 25 }),
        async (start, since) => {
          const [one, two] = [new ModelWorld(true), new ModelWorld(true)];
          for (const world of [one, two]) {
            for (const act of start) world.perform(act);
            world.converge(zeros(), modelPolicy);
          }
          const before = placesIn(two.model.local);
          for (const world of [one, two]) for (const act of since) world.perform(act);
          readLocal(one.trees, one.model.local.scan());
          const changed = changedPaths(before, placesIn(two.model.local));
          const looks = looksOf(two.model.local, count);
          (await lookLocally(two.trees, looks, changed, undefined, never)).take();
          expect(knowledge(two.trees)).toEqual(knowledge(one.trees));
        },
      ),
      { numRuns: runs, seed },
    );
    expect(count.parts).toBeGreaterThan(count.wholes);
  });

  it('R1 R2 R8 comes to equal sides also where the news of a change comes in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(userAct(), { maxLength: 25 }),
        fc.array(acts, { minLength: 1, maxLength: 4 }),
        fc.nat(1_000_000),
        async (start, epochs, shuffle) => {
          const random = seededRandom(shuffle + 1);
          const count = { parts: 0, wholes: 0 };
          const world = new ModelWorld(true);
          for (const act of start) world.perform(act);
          world.converge(zeros(), modelPolicy);
          for (const epoch of epochs) {
            const before = placesIn(world.model.local);
            for (const act of epoch) world.perform(act);
            const changed = changedPaths(before, placesIn(world.model.local));
            const pieces: TreePath[][] = [[], [], []];
            for (const path of changed) pieces[random.next() % 3]?.push(path);
            for (const piece of pieces) {
              const looks = looksOf(world.model.local, count);
              (await lookLocally(world.trees, looks, piece, undefined, never)).take();
              pairNew(world.trees);
            }
            const seen = knowledge(world.trees).filter((line) => !line.endsWith('gone'));
            expect(seen).toHaveLength(world.model.local.nodes.size);
            const kept = [...world.model.local.nodes.values()].filter(({ folder }) => !folder);
            world.converge(zeros(), modelPolicy);
            const there = new Set([...world.model.local.nodes.values()].map(({ content }) => content));
            for (const { content } of kept) expect(there).toContain(content);
          }
        },
      ),
      { numRuns: runs, seed },
    );
  });
});

function* zeros(): Generator<number> {
  for (;;) yield 0;
}
