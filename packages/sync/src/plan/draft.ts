import type { Side } from '../engine/events.ts';
import type { Item } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';
import type { Goal } from './goal.ts';
import type { MkdirOp, Op, Place } from './op.ts';
import type { PlanPolicy } from './policy.ts';
import type { NameTable } from './resolve-collisions.ts';
import type { SideIndex } from './side-index.ts';

/** A plan while it is made: the goals, and what has been planned so far. */
export interface Draft {
  readonly trees: Trees;
  readonly policy: PlanPolicy;
  readonly goals: ReadonlyMap<Item, Goal>;
  readonly index: { readonly local: SideIndex; readonly remote: SideIndex };
  readonly names: NameTable;
  readonly ops: Op[];
  readonly mkdirs: { readonly local: Map<Item, MkdirOp>; readonly remote: Map<Item, MkdirOp> };
  /** Items that want a name that another one has at present. */
  readonly blocked: { readonly side: Side; readonly item: Item; readonly by: Item }[];
}

/** Where a goal wants its item. */
export function placeOf({ parent, lname, rname }: Goal): Place {
  return { parent, lname, rname };
}

/** The name of a goal on one side. */
export function goalName(goal: Goal, side: Side): string {
  return side === 'local' ? goal.lname : goal.rname;
}

/** Whether an item is where it shall be on one side. */
export function isThere(goal: Goal, side: Side): boolean {
  const state = goal.item[side];
  return state !== undefined && state.parent === goal.parent && state.name === goalName(goal, side);
}

/**
 * Whether `folder` is on `side` for good: there (or made by this plan), and so are all folders above it. Only then
 * may something be put into it, so that the moves of one plan never depend on each other.
 */
export function destination(
  draft: Draft,
  folder: Item,
  side: Side,
): { readonly ready: boolean; readonly needs: readonly MkdirOp[] } {
  for (let at = folder; at.key !== 0; ) {
    const goal = draft.goals.get(at);
    if (goal === undefined) {
      const state = at[side];
      if (state === undefined) return notReady;
      at = state.parent;
      continue;
    }
    const made = draft.mkdirs[side].get(at);
    // Whatever is planned to be made was ready itself.
    if (made !== undefined) return { ready: true, needs: [made] };
    if (goal.alive !== 'yes' || !isThere(goal, side)) return notReady;
    at = goal.parent;
  }
  return ready;
}

const ready = { ready: true, needs: [] } as const;
const notReady = { ready: false, needs: [] } as const;

/** Who has the wished name on `side` at present, if that is another one. */
export function occupant(draft: Draft, goal: Goal, side: Side): Item | undefined {
  const fold = (name: string) => draft.names.fold(name);
  const there = draft.index[side].named(goal.parent, fold(goalName(goal, side)), fold);
  return there.find((child) => child !== goal.item);
}
