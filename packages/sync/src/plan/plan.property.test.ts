import { seededRandom } from '@holdfast/base/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model } from '../testing/apply-op.ts';
import type { ModelNode, ModelSide } from '../testing/model-side.ts';
import { ModelWorld, modelPolicy, userAct } from '../testing/model-world.ts';

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 400);
const seed = Number(process.env.HOLDFAST_PROPERTY_SEED ?? 1);

const story = fc.record({
  start: fc.array(userAct('local'), { maxLength: 20 }),
  epochs: fc.array(fc.array(userAct(), { maxLength: 14 }), { minLength: 1, maxLength: 3 }),
  checksums: fc.boolean(),
  folderEtags: fc.boolean(),
  shuffle: fc.nat(1_000_000),
});

/** Endless numbers from a seed. */
function* orderOf(start: number): Generator<number> {
  const random = seededRandom(start + 1);
  for (;;) yield random.next();
}

interface Memory {
  readonly local: ReadonlyMap<string, ModelNode>;
  readonly remote: ReadonlyMap<string, ModelNode>;
}

function remember(model: Model): Memory {
  const copy = (side: ModelSide) => new Map([...side.nodes].map(([id, node]) => [id, { ...node }]));
  return { local: copy(model.local), remote: copy(model.remote) };
}

function contentsOf(side: ReadonlyMap<string, ModelNode>): Set<string> {
  return new Set([...side.values()].filter((node) => !node.folder).map((node) => node.content));
}

describe('plan', () => {
  it('R1 R2 R3 R8 converges from any two trees with nothing lost, in any order', () => {
    fc.assert(
      fc.property(story, ({ start, epochs, checksums, folderEtags, shuffle }) => {
        const order = orderOf(shuffle);
        const world = new ModelWorld(checksums);
        const settings = { ...modelPolicy, folderEtags };
        for (const one of start) world.perform(one);
        world.converge(order, settings);
        let problems = 0;
        for (const epoch of epochs) {
          const before = remember(world.model);
          for (const one of epoch) world.perform(one);
          const after = remember(world.model);
          // What could not be synced once is not in sync later on.
          problems += world.converge(order, settings).problems;
          check(world, before, after, problems);
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
        (acts, sums, shuffle) => {
          const world = new ModelWorld(sums);
          for (const one of acts) world.perform(one);
          const after = remember(world.model);
          const { problems } = world.converge(orderOf(shuffle), modelPolicy);
          check(world, { local: new Map(), remote: new Map() }, after, problems);
        },
      ),
      { numRuns: runs, seed },
    );
  });
});

function copiesOf(content: string, side: ReadonlyMap<string, ModelNode>): number {
  return [...side.values()].filter((node) => !node.folder && node.content === content).length;
}

/** A name may be composed on one side and decomposed on the other. */
function normalized(side: ModelSide): Record<string, string> {
  return Object.fromEntries([...side.shown()].map(([path, content]) => [path.normalize('NFC'), content]));
}

function check(world: ModelWorld, before: Memory, after: Memory, problems: number): void {
  const { local, remote } = world.model;
  if (problems === 0) expect(normalized(local)).toEqual(normalized(remote));
  const here = contentsOf(local.nodes);
  const there = contentsOf(remote.nodes);
  const agreedLocal = contentsOf(before.local);
  const agreedRemote = contentsOf(before.remote);
  const afterLocal = contentsOf(after.local);
  const afterRemote = contentsOf(after.remote);
  const anywhere = new Set([...here, ...there]);

  for (const content of new Set([...afterLocal, ...afterRemote])) {
    const isNew = !agreedLocal.has(content) && !agreedRemote.has(content);
    // A conflict copy of an earlier epoch may have the same bytes; then it is not told which of them was meant.
    const once = copiesOf(content, before.local) === 1 && copiesOf(content, before.remote) === 1;
    const onBoth = once && afterLocal.has(content) && afterRemote.has(content);
    if (isNew || onBoth) expect(anywhere, `content ${content} was lost`).toContain(content);
  }
  // What one side removed or replaced and the other left alone is gone.
  if (problems > 0) return;
  for (const side of ['local', 'remote'] as const) {
    const other = side === 'local' ? afterRemote : afterLocal;
    for (const [id, node] of after[side]) {
      const was = before[side].get(id);
      if (node.folder || was === undefined || other.has(node.content)) continue;
      if (copiesOf(node.content, after[side]) !== 1) continue;
      // Without checksums a new etag may mean new content, which wins.
      if (!world.model.checksums && node.version !== was.version) continue;
      const untouched = was.content === node.content && was.parent === node.parent && was.name === node.name;
      if (untouched && before[side === 'local' ? 'remote' : 'local'].size > 0) {
        const wasThere = (side === 'local' ? agreedRemote : agreedLocal).has(node.content);
        if (wasThere) expect(anywhere, `content ${node.content} came back`).not.toContain(node.content);
      }
    }
  }
}
