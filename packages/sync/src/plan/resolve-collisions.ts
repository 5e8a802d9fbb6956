import { type Item, shownPath } from '../trees/item.ts';
import { placeOn } from '../trees/packed-item.ts';
import type { Trees } from '../trees/trees.ts';
import type { Goal } from './goal.ts';
import type { PlaceNotes } from './merge-places.ts';
import { conflictName, foldName, mapName } from './name-rules.ts';
import type { PlanProblem } from './op.ts';
import type { PlanPolicy } from './policy.ts';
import type { SideIndex } from './side-index.ts';

/** Which names will be taken in each folder when the plan is done. */
export class NameTable {
  readonly #local = new Map<Item, Map<string, Item>>();
  readonly #remote = new Map<Item, Map<string, Item>>();
  readonly #policy: PlanPolicy;
  readonly #foldsCase: boolean;
  readonly #index: { readonly local: SideIndex; readonly remote: SideIndex };

  constructor(policy: PlanPolicy, index: { readonly local: SideIndex; readonly remote: SideIndex }) {
    this.#policy = policy;
    this.#index = index;
    this.#foldsCase = policy.localNames.ignoresCase || policy.remoteNames.ignoresCase;
  }

  /** Who has the local or the remote name already, if it is not `item`. */
  holder(parent: Item, lname: string, rname: string, item: Item | undefined): Item | undefined {
    const here = this.#local.get(parent)?.get(this.fold(lname));
    const there = this.#remote.get(parent)?.get(this.fold(rname));
    return here !== undefined && here !== item ? here : there !== item ? there : undefined;
  }

  take(parent: Item, lname: string, rname: string, item: Item): void {
    this.takeOn('local', parent, lname, item);
    this.takeOn('remote', parent, rname, item);
  }

  takeOn(side: 'local' | 'remote', parent: Item, name: string, item: Item): void {
    const names = side === 'local' ? this.#local : this.#remote;
    const here = names.get(parent) ?? new Map<string, Item>();
    names.set(parent, here);
    const key = this.fold(name);
    if (!here.has(key)) here.set(key, item);
  }

  /** A name for a conflict copy that is free on both sides, now and later. */
  freeCopy(parent: Item, name: string, item: Item): string {
    const fold = (text: string) => this.fold(text);
    // Its own present name is free to it: the copy of an earlier plan is kept.
    const isPresent = (copy: string) =>
      (['local', 'remote'] as const).some((side) =>
        this.#index[side].named(parent, fold(copy), fold).some((child) => child !== item),
      );
    const { localNames, remoteNames, conflictStamp } = this.#policy;
    const maxBytes = Math.min(255, localNames.maxBytes, remoteNames.maxBytes);
    for (let count = 1; ; count += 1) {
      const copy = conflictName(name, conflictStamp, count, maxBytes);
      if (isPresent(copy)) continue;
      if (this.holder(parent, copy, copy, undefined) === undefined) return copy;
    }
  }

  fold(name: string): string {
    return foldName(name, this.#foldsCase);
  }
}

/**
 * Gives every item its own name. Where several want the same one it goes to the one that has it on the server,
 * then to the one that has it here; the others become conflict copies. Names that are only the same to Unicode
 * or without regard to case are no conflict of people: what is new stays where it is, visibly (R13).
 */
export function resolveCollisions(
  goals: ReadonlyMap<Item, Goal>,
  trees: Trees,
  index: { readonly local: SideIndex; readonly remote: SideIndex },
  policy: PlanPolicy,
  notes: PlaceNotes,
): { names: NameTable; problems: PlanProblem[] } {
  const names = new NameTable(policy, index);
  const problems: PlanProblem[] = [];
  takeSettled(goals, index, names);
  const wishes = [...goals.values()].filter((goal) => goal.alive !== 'no');
  wishes.sort((a, b) => claim(a) - claim(b) || a.item.key - b.item.key);
  for (const goal of wishes) {
    const { item } = goal;
    if (goal.alive === 'hold' || goal.alive === 'there') {
      if (item.local !== undefined) names.takeOn('local', item.local.parent, item.local.name, item);
      if (item.remote !== undefined) names.takeOn('remote', item.remote.parent, item.remote.name, item);
      continue;
    }
    if (!isHere(goal) && trees.taken.get(goal.parent)?.has(goal.lname)) {
      problems.push(taken(goal));
      goal.alive = 'hold';
      continue;
    }
    const holder = names.holder(goal.parent, goal.lname, goal.rname, item);
    if (holder !== undefined && !isInPlace(goal)) {
      const held = goals.get(holder);
      if (held?.alive === 'hold') {
        // What is still to be found out comes with the next plan.
        if (held.content !== 'hash') problems.push(waits(goal, holder));
        goal.alive = 'hold';
        continue;
      }
      const exact = goals.get(holder)?.lname ?? holder.local?.name;
      const isNew = item.base === undefined && (item.local === undefined || item.remote === undefined);
      const isMapped = goal.lname !== goal.rname || isMappedName(held ?? holder);
      if ((exact !== goal.lname || isMapped) && isNew) {
        problems.push(alike(goal, holder));
        goal.alive = 'hold';
        continue;
      }
      const path = shownPath(item);
      const copy = names.freeCopy(goal.parent, goal.lname, item);
      notes.conflicts.push({
        kind: 'name-taken',
        path,
        copy,
        message: `"${path}" is now called "${copy}", because something else got its name on the server.`,
      });
      goal.lname = copy;
      goal.rname = mapName(copy, policy.remoteNames) ?? copy;
    }
    names.take(goal.parent, goal.lname, goal.rname, item);
  }
  return { names, problems };
}

/** What is as agreed keeps its name; only folders that something comes into matter. */
function takeSettled(
  goals: ReadonlyMap<Item, Goal>,
  index: { readonly local: SideIndex; readonly remote: SideIndex },
  names: NameTable,
): void {
  const parents = new Set<Item>();
  for (const { parent, item } of goals.values()) {
    parents.add(parent);
    if (item.local !== undefined) parents.add(item.local.parent);
    if (item.remote !== undefined) parents.add(item.remote.parent);
  }
  for (const parent of parents) {
    for (const side of ['local', 'remote'] as const) {
      for (const child of index[side].childrenOf(parent)) {
        const place = placeOn(child, side);
        if (!goals.has(child) && place !== undefined) names.takeOn(side, parent, place.name, child);
      }
    }
  }
}

function isInPlace({ item, parent, lname, rname }: Goal): boolean {
  const { local, remote } = item;
  return (
    local?.parent === parent && remote?.parent === parent && local.name === lname && remote.name === rname
  );
}

/** Whether something has, or shall have, another name here than on the server. */
function isMappedName(one: Goal | Item): boolean {
  if ('lname' in one) return one.lname !== one.rname;
  return one.local !== undefined && one.remote !== undefined && one.local.name !== one.remote.name;
}

function isHere({ item, parent, lname }: Goal): boolean {
  return item.local?.parent === parent && item.local.name === lname;
}

/** Who comes first where several want one name. */
function claim(goal: Goal): number {
  const { item, parent } = goal;
  if (goal.alive === 'hold' || goal.alive === 'there' || isInPlace(goal)) return 0;
  if (item.remote?.parent === parent && item.remote.name === goal.rname) return 1;
  if (item.local?.parent === parent && item.local.name === goal.lname) return 2;
  return 3;
}

function taken(goal: Goal): PlanProblem {
  const message = `Something that is not synced (a link, a device or an unreadable name) is in the way of "${shownPath(goal.item)}". Rename or remove it.`;
  return { item: goal.item, side: 'local', code: 'already-exists', message };
}

function waits(goal: Goal, holder: Item): PlanProblem {
  const side = goal.item.local === undefined ? 'local' : 'remote';
  const message = `"${shownPath(goal.item)}" waits until "${shownPath(holder)}", which has its name, can be synced.`;
  return { item: goal.item, side, code: 'conflict', message };
}

function alike(goal: Goal, holder: Item): PlanProblem {
  const side = goal.item.local === undefined ? 'local' : 'remote';
  const message = `"${shownPath(goal.item)}" and "${shownPath(holder)}" are the same name to other systems. Rename one of them.`;
  return { item: goal.item, side, code: 'name-impossible', message };
}
