import type { SyncConflict } from '../engine/events.ts';
import { type Item, type LocalState, type RemoteState, shownPath } from '../trees/item.ts';
import { type Goal, isMoving } from './goal.ts';
import { isSameName, mapName } from './name-rules.ts';
import type { PlanPolicy } from './policy.ts';

/** What went on while places were merged. */
export interface PlaceNotes {
  readonly conflicts: SyncConflict[];
  /** Items whose name the other side cannot hold. */
  readonly impossible: Map<Item, 'local' | 'remote'>;
}

/**
 * Three-way merge of folder and name, each for itself: what only one side has changed is taken from there; where
 * both have changed it differently, the server's wins.
 */
export function mergePlace(goal: Goal, root: Item, policy: PlanPolicy, notes: PlaceNotes): void {
  const { item } = goal;
  const { local, remote, base } = item;
  if (goal.alive === 'hold' && (local === undefined || remote === undefined)) return;
  if (goal.alive === 'there') {
    goal.lname = mapName(goal.rname, policy.localNames) ?? goal.lname;
    return;
  }
  if (local !== undefined && remote !== undefined) {
    if (base === undefined) {
      if (isOnePlace(local, remote, policy)) return;
      // They met at one place, and one of them was moved before anything was agreed on.
      goal.parent = remote.parent;
      goal.rname = remote.name;
      goal.lname = mapped(goal, remote.name, 'local', policy, notes);
      return;
    }
    const movedHere = !isMoving(local, policy);
    const movedThere = !isMoving(remote, policy);
    const was = base.local;
    const parentHere = movedHere && local.parent !== was.parent;
    const parentThere = movedThere && remote.parent !== base.remote.parent;
    const nameHere = movedHere && !isSameName(local.name, was.name);
    const nameThere = movedThere && !isSameName(remote.name, base.remote.name);
    goal.parent = parentThere ? remote.parent : parentHere ? local.parent : unmovedParent(item, root, policy);
    if (parentThere && parentHere && remote.parent !== local.parent) noteMove(goal, notes);
    if (!nameHere && !nameThere) {
      goal.lname = movedHere ? local.name : was.name;
      goal.rname = movedThere ? remote.name : base.remote.name;
    } else if (nameHere && nameThere) {
      goal.lname = local.name;
      goal.rname = remote.name;
      if (mapName(local.name, policy.remoteNames) === remote.name) return;
      if (mapName(remote.name, policy.localNames) === local.name) return;
      noteMove(goal, notes);
      goal.lname = mapped(goal, remote.name, 'local', policy, notes);
    } else if (nameHere) {
      goal.lname = local.name;
      goal.rname = mapped(goal, local.name, 'remote', policy, notes);
    } else {
      goal.rname = remote.name;
      goal.lname = mapped(goal, remote.name, 'local', policy, notes);
    }
  } else if (local !== undefined) {
    const at = isMoving(local, policy) && base !== undefined ? base.local : local;
    goal.lname = at.name;
    goal.rname =
      base?.local.name === at.name
        ? (mapName(base.remote.name, policy.remoteNames) ?? at.name)
        : mapped(goal, at.name, 'remote', policy, notes);
  } else if (remote !== undefined) {
    const at = isMoving(remote, policy) && base !== undefined ? base.remote : remote;
    goal.rname = at.name;
    goal.lname =
      base?.remote.name === at.name ? base.local.name : mapped(goal, at.name, 'local', policy, notes);
  }
}

function isOnePlace(local: LocalState, remote: RemoteState, policy: PlanPolicy): boolean {
  if (local.parent !== remote.parent) return false;
  return (
    isSameName(local.name, remote.name) ||
    mapName(local.name, policy.remoteNames) === remote.name ||
    mapName(remote.name, policy.localNames) === local.name
  );
}

/** The folder of an item that neither side has moved; one side may have it on its way through a moving name. */
function unmovedParent(item: Item, goalRoot: Item, policy: PlanPolicy): Item {
  const { local, remote, base } = item;
  if (local !== undefined && !isMoving(local, policy)) return local.parent;
  if (remote !== undefined && !isMoving(remote, policy)) return remote.parent;
  const was = base?.local.parent;
  return was !== undefined && (was.local !== undefined || was.remote !== undefined) ? was : goalRoot;
}

function mapped(
  goal: Goal,
  name: string,
  side: 'local' | 'remote',
  policy: PlanPolicy,
  notes: PlaceNotes,
): string {
  const out = mapName(name, side === 'local' ? policy.localNames : policy.remoteNames);
  if (out !== undefined) return out;
  notes.impossible.set(goal.item, side);
  if (goal.alive === 'yes') goal.alive = 'hold';
  return name;
}

function noteMove(goal: Goal, notes: PlaceNotes): void {
  const path = shownPath(goal.item);
  notes.conflicts.push({
    kind: 'move-move',
    path,
    message: `"${path}" was moved or renamed on both sides. The place on the server was kept.`,
  });
}

/**
 * Folders that were moved into each other on the two sides: the one that was moved locally goes back to its
 * place on the server. A ring always has such a one, because neither side alone has rings.
 */
export function breakRings(goals: ReadonlyMap<Item, Goal>, notes: PlaceNotes): void {
  const fine = new Set<Item>();
  for (const start of goals.keys()) {
    for (let ring = ringFrom(start, goals, fine); ring !== undefined; ring = ringFrom(start, goals, fine)) {
      const back = ring
        .filter(({ item, parent }) => item.remote !== undefined && item.remote.parent !== parent)
        .sort((a, b) => a.item.key - b.item.key)[0];
      if (back?.item.remote === undefined) throw new Error('a ring of folders on one side');
      back.parent = back.item.remote.parent;
      const path = shownPath(back.item);
      notes.conflicts.push({
        kind: 'move-cycle',
        path,
        message: `"${path}" was moved into a folder that was moved into it on the server. It stays where it is there.`,
      });
    }
  }
}

function ringFrom(start: Item, goals: ReadonlyMap<Item, Goal>, fine: Set<Item>): Goal[] | undefined {
  const way: Item[] = [];
  const onWay = new Set<Item>();
  for (let at = start; at.key !== 0 && !fine.has(at); at = goals.get(at)?.parent ?? settledParent(at)) {
    if (onWay.has(at)) {
      const ring = way.slice(way.indexOf(at));
      return ring.flatMap((item) => goals.get(item) ?? []);
    }
    onWay.add(at);
    way.push(at);
  }
  for (const item of way) fine.add(item);
  return undefined;
}

function settledParent(item: Item): Item {
  const state = item.local ?? item.remote;
  if (state === undefined) throw new Error('an item that is nowhere has children');
  return state.parent;
}

/** A folder that something stays in stays too, or comes back. */
export function reviveParents(goals: ReadonlyMap<Item, Goal>): void {
  const keep = (alive: 'yes' | 'hold') => {
    for (const goal of goals.values()) {
      if (goal.alive !== alive) continue;
      // What is left alone for its own reasons is not made to act by what is in it.
      for (let up = goals.get(goal.parent); up !== undefined; up = goals.get(up.parent)) {
        if (up.alive !== 'no' && !(up.alive === 'there' && alive === 'yes')) break;
        up.alive = alive;
      }
    }
  };
  keep('yes');
  keep('hold');
}
