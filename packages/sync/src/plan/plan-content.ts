import { childOf } from '@holdfast/base';
import { type Item, type LocalState, pathOf, shownPath } from '../trees/item.ts';
import { isSettled } from '../trees/trees.ts';
import { type Draft, destination, isThere, placeOf } from './draft.ts';
import type { Goal } from './goal.ts';
import type { PlaceNotes } from './merge-places.ts';
import { originalOfCopy } from './name-rules.ts';
import { isBlocked } from './plan-moves.ts';

/** Plans what has to be read, sent, fetched, touched, and what is agreed on without that. */
export function planContent(draft: Draft, notes: PlaceNotes): void {
  for (const goal of draft.goals.values()) {
    const { item, content } = goal;
    if (item.local === undefined && item.remote === undefined) {
      if (goal.alive === 'no') draft.ops.push({ kind: 'forget', item, needs: [] });
      continue;
    }
    if (content === 'hash' || content === 'compare') {
      draft.ops.push({ kind: content, item, needs: [] });
      continue;
    }
    if (goal.alive !== 'yes') continue;
    const both = item.local !== undefined && item.remote !== undefined;
    if (content === 'upload' || content === 'download') {
      if (both) draft.ops.push({ kind: content, item, place: placeOf(goal), needs: [] });
      else if (!item.folder) planCreate(draft, goal, content);
    } else if (content === 'conflict') planConflict(draft, goal, notes);
    else if (both) planAgreement(draft, goal);
  }
}

function planCreate(draft: Draft, goal: Goal, kind: 'upload' | 'download'): void {
  const [from, to] = kind === 'upload' ? (['local', 'remote'] as const) : (['remote', 'local'] as const);
  if (!isThere(goal, from)) return;
  const into = destination(draft, goal.parent, to);
  if (!into.ready || isBlocked(draft, goal, to)) return;
  draft.ops.push({ kind, item: goal.item, place: placeOf(goal), needs: into.needs });
}

function planConflict(draft: Draft, goal: Goal, notes: PlaceNotes): void {
  const { item } = goal;
  // First to its place: the copy shall lie beside it.
  if (item.local === undefined || !isThere(goal, 'local')) return;
  const twin = sameCopy(draft, item, item.local);
  if (twin === 'hash') {
    draft.ops.push({ kind: 'hash', item, needs: [] });
    return;
  }
  if (twin !== undefined) {
    draft.ops.push({ kind: 'download', item, place: placeOf(goal), needs: [] });
    noteConflict(item, pathOf(twin, 'local'), notes);
    return;
  }
  const name = draft.names.freeCopy(item.local.parent, item.local.name, item);
  draft.names.take(item.local.parent, name, name, item);
  draft.ops.push({ kind: 'set-aside', item, name, needs: [] });
  noteConflict(item, childOf(pathOf(item.local.parent, 'local'), name), notes);
}

function noteConflict(item: Item, copy: string, notes: PlaceNotes): void {
  const path = shownPath(item);
  const message = `"${path}" was changed on both sides. The local version is kept as "${copy}".`;
  notes.conflicts.push({ kind: 'edit-edit', path, copy, message });
}

/**
 * What already holds the local version as a conflict copy of this very file, made here or by another client:
 * then there is nothing to be put aside. `hash`: it is to be found out.
 */
function sameCopy({ index, trees }: Draft, item: Item, local: LocalState): Item | 'hash' | undefined {
  const original = originalOfCopy(local.name) ?? local.name;
  let verdict: 'hash' | undefined;
  for (const one of new Set([
    ...index.local.childrenOf(local.parent),
    ...index.remote.childrenOf(local.parent),
  ])) {
    const state = one.local ?? one.remote;
    if (one === item || one.folder || state === undefined || state.size !== local.size) continue;
    if (originalOfCopy(state.name) !== original || trees.frozen.has(one)) continue;
    const sha = isSettled(one) ? one.base?.sha : state.sha;
    if (sha === undefined || sha === '') continue;
    if (local.sha === undefined) verdict = 'hash';
    else if (local.sha === sha) return one;
  }
  return verdict;
}

/** Both sides hold the same bytes. Times and the executable bit are merged; then it is agreed. */
function planAgreement(draft: Draft, goal: Goal): void {
  const { item } = goal;
  const { local, remote, base } = item;
  if (local === undefined || remote === undefined) return;
  const place = placeOf(goal);
  const sha = item.folder
    ? ''
    : goal.content === 'equal'
      ? (local.sha ?? '')
      : (base?.sha ?? local.sha ?? '');
  if (!item.folder && base !== undefined) {
    const side = touchSide(draft, goal);
    if (side !== undefined) {
      draft.ops.push({ kind: 'touch', side, item, place, needs: [] });
      return;
    }
  }
  const placed = isThere(goal, 'local') && isThere(goal, 'remote');
  if (placed && !isSettled(item)) draft.ops.push({ kind: 'adopt', item, place, sha, needs: [] });
}

/** The side whose time or executable bit has to follow the other's; the server's wins where both have changed. */
function touchSide(draft: Draft, { item }: Goal): 'local' | 'remote' | undefined {
  const { local, remote, base } = item;
  if (local === undefined || remote === undefined || base === undefined) return undefined;
  const { remoteKeepsMtime, remoteKeepsExecutable } = draft.policy;
  const timeThere = remoteKeepsMtime && remote.ns >= 0 && !sameTime(remote, base.remote);
  const bitThere = remoteKeepsExecutable && remote.executable !== base.remote.executable;
  const differs =
    (remoteKeepsMtime && !fitsTime(local, remote)) ||
    (remoteKeepsExecutable && local.executable !== remote.executable);
  if (!differs) return undefined;
  if (timeThere || bitThere) return 'local';
  const timeHere = remoteKeepsMtime && !sameTime(local, base.local);
  const bitHere = remoteKeepsExecutable && local.executable !== base.local.executable;
  return timeHere || bitHere ? 'remote' : undefined;
}

function sameTime(a: { s: number; ns: number }, b: { s: number; ns: number }): boolean {
  return a.s === b.s && a.ns === b.ns;
}

/** Equal to the precision of the coarser side: a side that shows no fraction is taken to keep whole seconds. */
function fitsTime(a: { s: number; ns: number }, b: { s: number; ns: number }): boolean {
  return a.s === b.s && (a.ns === b.ns || a.ns <= 0 || b.ns <= 0);
}
