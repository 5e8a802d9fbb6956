import type { Side } from '../engine/events.ts';
import type { Item } from '../trees/item.ts';
import { type Draft, destination, goalName, isThere, occupant, placeOf } from './draft.ts';
import { type Goal, isMoving } from './goal.ts';

/** Plans the folders that are missing on a side, from the top. */
export function planFolders(draft: Draft): void {
  const tried = new Set<Goal>();
  for (const goal of draft.goals.values()) planFolder(draft, goal, tried);
}

function planFolder(draft: Draft, goal: Goal, tried: Set<Goal>): void {
  if (tried.has(goal)) return;
  tried.add(goal);
  const { item } = goal;
  if (!item.folder || goal.alive !== 'yes') return;
  const side = item.local === undefined ? 'local' : 'remote';
  if (item[side] !== undefined) return;
  const above = draft.goals.get(goal.parent);
  if (above !== undefined) planFolder(draft, above, tried);
  if (!isThere(goal, other(side))) return;
  const into = destination(draft, goal.parent, side);
  if (!into.ready || isBlocked(draft, goal, side)) return;
  const op = { kind: 'mkdir', side, item, place: placeOf(goal), needs: into.needs } as const;
  draft.mkdirs[side].set(item, op);
  draft.ops.push(op);
}

/** Plans the moves of what is on a side already, whatever is below it. */
export function planMoves(draft: Draft): void {
  for (const goal of draft.goals.values()) {
    if (goal.alive !== 'yes') continue;
    for (const side of ['local', 'remote'] as const) {
      if (goal.item[side] === undefined || isThere(goal, side)) continue;
      const into = destination(draft, goal.parent, side);
      if (!into.ready || isBlocked(draft, goal, side)) continue;
      draft.ops.push({
        kind: 'move',
        side,
        item: goal.item,
        to: { parent: goal.parent, name: goalName(goal, side) },
        place: placeOf(goal),
        needs: into.needs,
      });
    }
  }
}

/** Whether the wished name is taken at present; notes who waits for whom. */
export function isBlocked(draft: Draft, goal: Goal, side: Side): boolean {
  const by = occupant(draft, goal, side);
  if (by !== undefined) draft.blocked.push({ side, item: goal.item, by });
  return by !== undefined;
}

/**
 * Where items wait for each other's names in a ring (swapped names, a folder that changes places with one in it),
 * one of them steps aside to a moving name at the top. Only when nothing else can go on.
 */
export function planStepAside(draft: Draft): void {
  for (const { side, item, by } of draft.blocked) {
    const steps = [item, by].find((one) => canStepAside(draft, one, side));
    if (steps === undefined) continue;
    const name = freeMovingName(draft, steps, side);
    draft.ops.push({
      kind: 'move',
      side,
      item: steps,
      to: { parent: draft.trees.root, name },
      place: undefined,
      needs: [],
    });
    return;
  }
}

function freeMovingName(draft: Draft, item: Item, side: Side): string {
  const taken = new Set(draft.index[side].childrenOf(draft.trees.root).map((child) => child[side]?.name));
  for (let count = 1; ; count += 1) {
    const name = `${draft.policy.movingPrefix}${item.key}${count > 1 ? `-${count}` : ''}`;
    if (!taken.has(name)) return name;
  }
}

function canStepAside(draft: Draft, item: Item, side: Side): boolean {
  const state = item[side];
  const goal = draft.goals.get(item);
  if (state === undefined || goal === undefined || goal.alive === 'hold' || goal.alive === 'there')
    return false;
  // A folder that will go, and cannot before something in it has come to where the folder is.
  const waits = goal.alive === 'no' || !isThere(goal, side);
  return waits && !isMoving(state, draft.policy);
}

function other(side: Side): Side {
  return side === 'local' ? 'remote' : 'local';
}
