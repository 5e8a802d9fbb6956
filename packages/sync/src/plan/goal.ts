import { localChange, remoteChange } from '../trees/content-change.ts';
import type { Base, Item, LocalState, RemoteState } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';
import { isSameName } from './name-rules.ts';
import type { PlanPolicy } from './policy.ts';

/** What has to happen to the bytes of a file. */
export type Content =
  /** Both sides hold the agreed bytes (or it is a folder). */
  | 'same'
  | 'hash'
  | 'compare'
  | 'upload'
  | 'download'
  /** Both hold the same bytes, which are not (yet) the agreed ones. */
  | 'equal'
  | 'conflict';

/** What an item that is not as agreed shall become. Changed while planning. */
export interface Goal {
  readonly item: Item;
  /**
   * `no`: shall be on neither side. `hold`: nothing is made or removed, and its folders stay. `there`: a folder that
   * by choice is on the server only, as long as nothing that is here belongs into it.
   */
  alive: 'no' | 'hold' | 'there' | 'yes';
  content: Content;
  parent: Item;
  lname: string;
  rname: string;
}

/** Works out what shall happen to one item for itself, without regard to any other. */
export function decideGoal(item: Item, trees: Trees, policy: PlanPolicy): Goal {
  const place = item.local ?? item.remote;
  const goal: Goal = {
    item,
    alive: 'yes',
    content: 'same',
    parent: place?.parent ?? trees.root,
    lname: item.local?.name ?? item.remote?.name ?? '',
    rname: item.remote?.name ?? item.local?.name ?? '',
  };
  if (trees.frozen.has(item) || policy.held.has(item)) {
    goal.alive = 'hold';
    return goal;
  }
  if (policy.isAside?.(item) === true) {
    goal.alive = 'there';
    return goal;
  }
  const { local, remote, base } = item;
  if (local === undefined && remote === undefined) goal.alive = 'no';
  else if (item.folder) {
    if (base !== undefined && (local === undefined || remote === undefined)) goal.alive = 'no';
  } else if (local !== undefined && remote !== undefined) {
    goal.content = decideContent(local, remote, base);
  } else if (local !== undefined) decideLocalOnly(goal, local, base, policy);
  else if (remote !== undefined) decideRemoteOnly(goal, remote, base, policy);
  return goal;
}

/** Gone from the server: an edit or a move here wins (R3), otherwise it goes here too. */
function decideLocalOnly(goal: Goal, local: LocalState, base: Base | undefined, policy: PlanPolicy): void {
  goal.content = 'upload';
  if (base === undefined) return;
  const change = localChange(local, base);
  if (change === 'unknown') {
    goal.alive = 'hold';
    goal.content = 'hash';
  } else if (change === 'same' && !hasMoved(local, base.local, policy)) goal.alive = 'no';
}

function decideRemoteOnly(goal: Goal, remote: RemoteState, base: Base | undefined, policy: PlanPolicy): void {
  goal.content = 'download';
  if (base === undefined) return;
  if (remoteChange(remote, base) === 'same' && !hasMoved(remote, base.remote, policy)) goal.alive = 'no';
}

function hasMoved(
  now: { readonly parent: Item; readonly name: string },
  was: { readonly parent: Item; readonly name: string },
  policy: PlanPolicy,
): boolean {
  return !isMoving(now, policy) && (now.parent !== was.parent || !isSameName(now.name, was.name));
}

/** Whether a state is at a name that only we give, on the way to another one: it says nothing about what was meant. */
export function isMoving(
  state: { readonly parent: Item; readonly name: string },
  policy: PlanPolicy,
): boolean {
  return state.parent.key === 0 && state.name.startsWith(policy.movingPrefix);
}

function decideContent(local: LocalState, remote: RemoteState, base: Base | undefined): Content {
  const here = base === undefined ? 'changed' : localChange(local, base);
  const there = base === undefined ? 'changed' : remoteChange(remote, base);
  if (here === 'same' && there === 'same') return 'same';
  if (here === 'same') return 'download';
  if (here === 'unknown') return 'hash';
  if (there === 'same') return 'upload';
  if (local.size !== remote.size || local.link !== remote.link) return 'conflict';
  if (local.sha === undefined) return 'hash';
  if (remote.sha === undefined) return 'compare';
  return local.sha === remote.sha ? 'equal' : 'conflict';
}
