import { pathOf, shownPath } from '../trees/item.ts';
import { isSettled, type Trees } from '../trees/trees.ts';
import type { Draft } from './draft.ts';
import { decideGoal, type Goal } from './goal.ts';
import { breakRings, mergePlace, type PlaceNotes, reviveParents } from './merge-places.ts';
import type { Op, Plan, PlanProblem } from './op.ts';
import { planContent } from './plan-content.ts';
import { planDeletes } from './plan-deletes.ts';
import { planFolders, planMoves, planStepAside } from './plan-moves.ts';
import type { PlanPolicy } from './policy.ts';
import { type Portion, Portions, usualPortion } from './portion.ts';
import { resolveCollisions } from './resolve-collisions.ts';
import { SideIndex } from './side-index.ts';

const none = { files: 0, bytes: 0 };
const nothing: Plan = { ops: [], conflicts: [], problems: [], later: none };

/**
 * What to do next to make both sides equal: compares what is there with what was agreed on, decides for every item
 * what it shall become on both sides, and plans all steps that can be taken at once in any order (but for
 * `needs`). What has to wait for one of them comes with the next plan. Pure, synchronous and totally ordered; the
 * trees are only read. When it plans nothing, both sides are equal but for the problems.
 *
 * Of very many new files about `portion` are planned at a time; `Infinity` for all at once.
 */
export function plan(trees: Trees, policy: PlanPolicy, portion = usualPortion): Plan {
  const portions = new Portions(trees, policy, portion);
  for (let number = 0; ; number += 1) {
    const chosen = portions.at(number);
    const next = planPortion(trees, policy, chosen);
    if (next.ops.length > 0 || !chosen.more) return next;
  }
}

function planPortion(trees: Trees, policy: PlanPolicy, portion: Portion): Plan {
  const goals = new Map<Goal['item'], Goal>();
  for (const item of trees.items.values()) {
    if (isSettled(item) ? !trees.frozen.has(item) : isLeftThere(item, policy) || portion.waits(item))
      continue;
    goals.set(item, decideGoal(item, trees, policy));
  }
  if (goals.size === 0) return nothing;

  const notes: PlaceNotes = { conflicts: [], impossible: new Map() };
  for (const goal of goals.values()) mergePlace(goal, trees.root, policy, notes);
  breakRings(goals, notes);
  reviveParents(goals);
  const index = { local: new SideIndex(trees, 'local'), remote: new SideIndex(trees, 'remote') };
  const { names, problems } = resolveCollisions(goals, trees, index, policy, notes);
  addImpossible(problems, notes);

  const ops: Op[] = [];
  const mkdirs = { local: new Map(), remote: new Map() };
  const draft: Draft = { trees, policy, goals, index, names, ops, mkdirs, blocked: [] };
  planFolders(draft);
  planMoves(draft);
  planContent(draft, notes);
  planDeletes(draft, problems);
  if (ops.length === 0) planStepAside(draft);
  addRevived(goals, notes);
  ops.sort((a, b) => rank[a.kind] - rank[b.kind]);
  return { ops, conflicts: notes.conflicts, problems, later: portion.later };
}

/** Whether an item is on the server alone and stays there. A folder may be wanted here for what belongs into it. */
function isLeftThere(item: Goal['item'], policy: PlanPolicy): boolean {
  return !item.folder && policy.isAside?.(item) === true;
}

/** Structure first, deletes last; the sort is stable, so that the order of the trees holds within a kind. */
const rank: Record<Op['kind'], number> = {
  forget: 0,
  adopt: 0,
  'set-aside': 1,
  move: 1,
  mkdir: 1,
  hash: 2,
  compare: 2,
  touch: 2,
  upload: 2,
  download: 2,
  delete: 3,
};

function addImpossible(problems: PlanProblem[], notes: PlaceNotes): void {
  for (const [item, side] of notes.impossible) {
    const where = side === 'local' ? 'this computer' : 'the server';
    const message = `"${shownPath(item)}" has a name that ${where} cannot hold. Choose another one.`;
    problems.push({ item, side, code: 'name-impossible', message });
  }
}

/** An edit that won against a delete is shown (R3). */
function addRevived(goals: ReadonlyMap<Goal['item'], Goal>, notes: PlaceNotes): void {
  for (const { item, alive } of goals.values()) {
    const gone = item.local === undefined ? 'here' : item.remote === undefined ? 'on the server' : undefined;
    if (item.folder || alive !== 'yes' || item.base === undefined || gone === undefined) continue;
    const path = pathOf(item, item.local === undefined ? 'remote' : 'local');
    const message = `"${path}" was removed ${gone} and changed or moved on the other side. It was kept.`;
    notes.conflicts.push({ kind: 'edit-delete', path, message });
  }
}
