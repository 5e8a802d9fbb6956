import { posixNames } from '../plan/name-rules.ts';
import type { Op } from '../plan/op.ts';
import { plan } from '../plan/plan.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import { shownPath } from '../trees/item.ts';
import { pairNew } from '../trees/pair-new.ts';
import { readLocal } from '../trees/read-local.ts';
import { readRemote } from '../trees/read-remote.ts';
import { emptyTrees, type Trees } from '../trees/trees.ts';
import { applyOp, type Model } from './apply-op.ts';
import { type ModelNode, ModelSide } from './model-side.ts';

/** Planning for two sides that hold everything. */
export const modelPolicy: PlanPolicy = {
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
export const modelNames = ['a', 'b', 'c', 'a.txt', 'A', 'caf\u00e9', 'cafe\u0301'];

/** What a user may do. */
export const userActKinds = [
  'create',
  'mkdir',
  'edit',
  'move',
  'rename',
  'remove',
  'touch',
  'replace',
  'swap',
] as const;

/** One thing a user does on one side; the numbers choose among what is there. */
export interface UserAct {
  readonly side: 'local' | 'remote';
  readonly kind: (typeof userActKinds)[number];
  readonly at: number;
  readonly to: number;
  readonly name: number;
}

/** Two trees, what sync knows of them, and users who change them. */
export class ModelWorld {
  readonly model: Model;
  readonly trees: Trees = emptyTrees();
  #clock = 1;
  log?: (t: string) => void;

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
    const newName = modelNames[name % modelNames.length] ?? 'a';
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

  /** Called before each planning. */
  settle(): void {}

  /** Plans and applies in a random order until nothing is left. Returns the paths with problems. */
  converge(
    order: Iterator<number>,
    settings: PlanPolicy,
    portion?: number,
  ): { rounds: number; problems: number } {
    for (let round = 1; round <= 200; round += 1) {
      if (round === 1 || (order.next().value ?? 0) % 3 === 0) this.observe();
      this.settle();
      pairNew(this.trees, settings);
      const { ops, problems } = plan(this.trees, settings, portion);
      if (ops.length === 0) {
        this.observe();
        this.settle();
        pairNew(this.trees, settings);
        if (plan(this.trees, settings, portion).ops.length === 0)
          return { rounds: round, problems: problems.length };
        continue;
      }
      this.log?.(ops.map((o) => `${o.kind} ${o.item.key} ${shownPath(o.item)}`).join('; '));
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
