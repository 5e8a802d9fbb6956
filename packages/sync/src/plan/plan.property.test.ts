import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyOp, type Model } from '../testing/apply-op.ts';
import { type ModelNode, ModelSide } from '../testing/model-side.ts';
import { pairNew } from '../trees/pair-new.ts';
import { readLocal } from '../trees/read-local.ts';
import { readRemote } from '../trees/read-remote.ts';
import { emptyTrees, type Trees } from '../trees/trees.ts';
import { posixNames } from './name-rules.ts';
import type { Op } from './op.ts';
import { plan } from './plan.ts';
import type { PlanPolicy } from './policy.ts';

const runs = Number(process.env.HOLDFAST_PROPERTY_RUNS ?? 400);
const seed = Number(process.env.HOLDFAST_PROPERTY_SEED ?? 1);

const policy: PlanPolicy = {
  localNames: posixNames,
  remoteNames: posixNames,
  remoteKeepsMtime: true,
  remoteKeepsExecutable: true,
  folderEtags: true,
  conflictStamp: '2026-11-23 175500',
  movingPrefix: '.holdfast-move-test-',
  held: new Set(),
};

/** Few names, so that they meet; two that are one to Unicode. */
const names = ['a', 'b', 'c', 'a.txt', 'A', 'caf\u00e9', 'cafe\u0301'];

interface UserAct {
  readonly side: 'local' | 'remote';
  readonly kind: 'create' | 'mkdir' | 'edit' | 'move' | 'rename' | 'remove' | 'touch' | 'replace' | 'swap';
  readonly at: number;
  readonly to: number;
  readonly name: number;
}

const act = (side: UserAct['side'] | undefined): fc.Arbitrary<UserAct> =>
  fc.record({
    side: side === undefined ? fc.constantFrom('local', 'remote') : fc.constant(side),
    kind: fc.constantFrom('create', 'mkdir', 'edit', 'move', 'rename', 'remove', 'touch', 'replace', 'swap'),
    at: fc.nat(30),
    to: fc.nat(30),
    name: fc.nat(names.length - 1),
  });

const story = fc.record({
  start: fc.array(act('local'), { maxLength: 20 }),
  epochs: fc.array(fc.array(act(undefined), { maxLength: 14 }), { minLength: 1, maxLength: 3 }),
  checksums: fc.boolean(),
  folderEtags: fc.boolean(),
  shuffle: fc.infiniteStream(fc.nat(1_000_000)),
});

class World {
  readonly model: Model;
  readonly trees: Trees = emptyTrees();
  #clock = 1;

  constructor(checksums: boolean) {
    this.model = { local: new ModelSide(0), remote: new ModelSide(100_000), checksums };
  }

  /** What a user does; impossible acts do nothing. Every content is written once only. */
  perform({ side, kind, at, to, name }: UserAct): void {
    const tree = this.model[side];
    const nodes = [...tree.nodes.values()];
    const folders = ['', ...nodes.filter((node) => node.folder).map((node) => node.id)];
    const node = nodes[at % Math.max(1, nodes.length)];
    const parent = folders[to % folders.length] ?? '';
    const newName = names[name] ?? 'a';
    this.#clock += 1;
    const content = `${side}-${this.#clock}${'x'.repeat(name % 2)}`;
    if (kind === 'create' || kind === 'mkdir') {
      if (!tree.has(parent, newName)) tree.create(parent, newName, kind === 'mkdir', content, this.#clock);
    } else if (node === undefined) return;
    else if (kind === 'remove') tree.remove(node.id, true);
    else if (kind === 'move' && tree.mayMove(node.id, parent) && !tree.has(parent, newName)) {
      tree.move(node.id, parent, newName);
    } else if (kind === 'rename' && !tree.has(node.parent, newName)) tree.move(node.id, node.parent, newName);
    else if (kind === 'edit' && !node.folder) tree.edit(node.id, content, this.#clock);
    else if (kind === 'touch' && !node.folder) tree.touch(node.id, this.#clock, !node.executable);
    else if (kind === 'replace') {
      tree.remove(node.id, true);
      tree.create(node.parent, node.name, !node.folder, content, this.#clock);
    } else if (kind === 'swap') this.#swap(tree, node, nodes[to % nodes.length] ?? node);
  }

  #swap(tree: ModelSide, a: ModelNode, b: ModelNode): void {
    if (a === b || !tree.mayMove(a.id, b.parent) || !tree.mayMove(b.id, a.parent)) return;
    const [parent, name] = [a.parent, a.name];
    tree.move(a.id, '', 'swapping');
    const [bParent, bName] = [b.parent, b.name];
    tree.move(b.id, parent, name);
    tree.move(a.id, bParent, bName);
  }

  observe(): void {
    readLocal(this.trees, this.model.local.scan());
    readRemote(this.trees, this.model.remote.reading(this.model.checksums), true);
  }

  /** Plans and applies in a random order until nothing is left. Returns the paths with problems. */
  converge(order: Iterator<number>, settings: PlanPolicy): { rounds: number; problems: number } {
    for (let round = 1; round <= 200; round += 1) {
      if (round === 1 || (order.next().value ?? 0) % 3 === 0) this.observe();
      pairNew(this.trees);
      const { ops, problems } = plan(this.trees, settings);
      if (ops.length === 0) {
        this.observe();
        pairNew(this.trees);
        if (plan(this.trees, settings).ops.length === 0) return { rounds: round, problems: problems.length };
        continue;
      }
      for (const op of shuffled(ops, order)) applyOp(this.trees, this.model, op);
    }
    throw new Error('R8: no end after 200 rounds');
  }
}

/** A random order in which everything comes after what it needs. */
function shuffled(ops: readonly Op[], order: Iterator<number>): Op[] {
  const left = [...ops];
  const done = new Set<Op>();
  const out: Op[] = [];
  while (left.length > 0) {
    const ready = left.filter((op) => op.needs.every((need) => done.has(need)));
    const op = ready[(order.next().value ?? 0) % ready.length];
    if (op === undefined) throw new Error('operations that need each other');
    left.splice(left.indexOf(op), 1);
    done.add(op);
    out.push(op);
  }
  return out;
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
        const order = shuffle[Symbol.iterator]();
        const world = new World(checksums);
        const settings = { ...policy, folderEtags };
        for (const one of start) world.perform(one);
        world.converge(order, settings);
        for (const epoch of epochs) {
          const before = remember(world.model);
          for (const one of epoch) world.perform(one);
          const after = remember(world.model);
          const { problems } = world.converge(order, settings);
          check(world, before, after, problems);
        }
      }),
      { numRuns: runs, seed },
    );
  });

  it('R2 R3 makes the union of two trees that were never in sync', () => {
    fc.assert(
      fc.property(
        fc.array(act(undefined), { maxLength: 30 }),
        fc.boolean(),
        fc.infiniteStream(fc.nat()),
        (acts, sums, shuffle) => {
          const world = new World(sums);
          for (const one of acts) world.perform(one);
          const after = remember(world.model);
          const { problems } = world.converge(shuffle[Symbol.iterator](), policy);
          check(world, { local: new Map(), remote: new Map() }, after, problems);
        },
      ),
      { numRuns: runs, seed },
    );
  });
});

/** A name may be composed on one side and decomposed on the other. */
function normalized(side: ModelSide): Record<string, string> {
  return Object.fromEntries([...side.shown()].map(([path, content]) => [path.normalize('NFC'), content]));
}

function check(world: World, before: Memory, after: Memory, problems: number): void {
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
    const onBoth = afterLocal.has(content) && afterRemote.has(content);
    if (isNew || onBoth) expect(anywhere, `content ${content} was lost`).toContain(content);
  }
  // What one side removed or replaced and the other left alone is gone.
  if (problems > 0) return;
  for (const side of ['local', 'remote'] as const) {
    const other = side === 'local' ? afterRemote : afterLocal;
    for (const [id, node] of after[side]) {
      const was = before[side].get(id);
      if (node.folder || was === undefined || other.has(node.content)) continue;
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
