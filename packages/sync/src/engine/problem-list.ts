import type { Clock } from '@holdfast/base';
import type { ErrorCode } from '@holdfast/protocol';
import { nextTry } from '../execute/judge-error.ts';
import { ChildIndex } from '../trees/child-index.ts';
import { type Item, pathOf } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';
import type { Side, SyncProblem } from './events.ts';

/** A drop or a damaged transfer is tried again at once this often in one run. */
const triesPerRun = 3;

/** What cannot be synced now, with its reason and its next try (R10). */
export class ProblemList {
  /** Items to leave alone in this run. */
  readonly held = new Set<Item>();
  readonly #before: ReadonlyMap<string, SyncProblem>;
  readonly #clock: Clock;
  readonly #now = new Map<string, SyncProblem>();
  readonly #tries = new Map<Item, number>();

  constructor(before: readonly SyncProblem[], clock: Clock) {
    this.#before = new Map(before.map((problem) => [keyOf(problem.side, problem.path), problem]));
    this.#clock = clock;
  }

  /** Leaves alone what had a problem and is not due yet. */
  holdUntilDue(trees: Trees): void {
    const now = this.#clock.now();
    const waiting = [...this.#before.values()].filter(({ nextTry: due }) => due !== undefined && due > now);
    if (waiting.length === 0) return;
    const index = { local: ChildIndex.of(trees, 'local'), remote: ChildIndex.of(trees, 'remote') };
    for (const problem of waiting) {
      const item = index[problem.side].at(problem.path) ?? index[other(problem.side)].at(problem.path);
      if (item === undefined || item === trees.root) continue;
      this.held.add(item);
      this.#now.set(keyOf(problem.side, problem.path), problem);
    }
  }

  /** Counts a try that came to nothing; false when it was one too many for this run. */
  mayRetry(item: Item): boolean {
    const tries = (this.#tries.get(item) ?? 0) + 1;
    this.#tries.set(item, tries);
    return tries < triesPerRun;
  }

  /** Notes a failure of `item`, which is left alone for the rest of the run. */
  fail(item: Item, side: Side, code: ErrorCode, message: string): SyncProblem {
    this.held.add(item);
    return this.note(pathOf(item, item[side] === undefined ? other(side) : side), side, code, message);
  }

  note(path: string, side: Side, code: ErrorCode, message: string): SyncProblem {
    const key = keyOf(side, path);
    const attempts = (this.#before.get(key)?.attempts ?? 0) + 1;
    const next = nextTry(code, attempts, this.#clock.now());
    const problem: SyncProblem = { path, side, code, message, attempts, nextTry: next };
    this.#now.set(key, problem);
    return problem;
  }

  has(path: string): boolean {
    return this.#now.has(keyOf('local', path)) || this.#now.has(keyOf('remote', path));
  }

  list(): SyncProblem[] {
    return [...this.#now.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  }
}

function keyOf(side: Side, path: string): string {
  return `${side}\n${path}`;
}

function other(side: Side): Side {
  return side === 'local' ? 'remote' : 'local';
}
