import type { Side } from '../engine/events.ts';
import type { Item } from '../trees/item.ts';
import { shownPath } from '../trees/item.ts';
import type { Draft } from './draft.ts';
import type { Op, PlanProblem } from './op.ts';

type DeleteOp = Extract<Op, { kind: 'delete' }>;

/**
 * Plans the removal of what is gone from the other side. A folder goes only when everything in it goes; on a server
 * whose folder etags cover what is below, in one call, otherwise from the bottom up.
 */
export function planDeletes(draft: Draft, problems: PlanProblem[]): void {
  const done = new Map<Item, DeleteOp | undefined>();
  for (const goal of draft.goals.values()) {
    if (goal.alive !== 'no') continue;
    const side = sideToClear(goal.item);
    if (side === undefined) continue;
    const above = goal.item[side]?.parent;
    const top = above === undefined || draft.goals.get(above)?.alive !== 'no';
    if (top) planDelete(draft, goal.item, side, done, problems);
  }
}

function sideToClear(item: Item): Side | undefined {
  if (item.base === undefined) return undefined;
  if (item.local !== undefined && item.remote === undefined) return 'local';
  if (item.remote !== undefined && item.local === undefined) return 'remote';
  return undefined;
}

function planDelete(
  draft: Draft,
  item: Item,
  side: Side,
  done: Map<Item, DeleteOp | undefined>,
  problems: PlanProblem[],
): void {
  if (side === 'remote' && item.folder && draft.policy.folderEtags && item.remote?.etag !== '') {
    const below = allBelow(draft, item);
    if (below !== undefined) {
      draft.ops.push({ kind: 'delete', side, item, below, needs: [] });
      return;
    }
  }
  deleteUpwards(draft, item, side, done, problems);
}

/** `item` and all below it on the server, if all of that shall go. */
function allBelow(draft: Draft, item: Item): Item[] | undefined {
  const below: Item[] = [item];
  for (const at of below) {
    if (draft.goals.get(at)?.alive !== 'no' || sideToClear(at) !== 'remote') return undefined;
    below.push(...draft.index.remote.childrenOf(at));
  }
  return below;
}

function deleteUpwards(
  draft: Draft,
  item: Item,
  side: Side,
  done: Map<Item, DeleteOp | undefined>,
  problems: PlanProblem[],
): DeleteOp | undefined {
  const before = done.get(item);
  if (before !== undefined || done.has(item)) return before;
  done.set(item, undefined);
  if (draft.goals.get(item)?.alive !== 'no' || sideToClear(item) !== side) return undefined;
  const needs: DeleteOp[] = [];
  let whole = true;
  for (const child of draft.index[side].childrenOf(item)) {
    const op = deleteUpwards(draft, child, side, done, problems);
    if (op === undefined) whole = false;
    else needs.push(op);
  }
  if (!whole) return undefined;
  const taken = side === 'local' ? draft.trees.taken.get(item) : undefined;
  // What rules leave out keeps its folder here, and is meant to.
  if (taken !== undefined && [...taken.values()].every((reason) => reason === 'ignored')) return undefined;
  if (taken !== undefined) {
    const message = `"${shownPath(item)}" was removed on the server. It stays here because there is something in it that is not synced.`;
    problems.push({ item, side, code: 'local-denied', message });
    return undefined;
  }
  const op: DeleteOp = { kind: 'delete', side, item, below: [item], needs };
  draft.ops.push(op);
  done.set(item, op);
  return op;
}
