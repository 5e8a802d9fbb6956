import { childOf, nameOf, parentOf, type TreePath } from '@holdfast/base';
import { pathOf } from '../trees/item.ts';
import type { CareParts } from './care-parts.ts';
import type { OpenConflict } from './pair-care.ts';

/**
 * Brings the open conflicts up to what became of their copies. One that went along with its folder is still one; one
 * that the user has removed or renamed is closed: that was a decision too. `looked`: a run has just looked at
 * everything; before that, what went away with its folder may be elsewhere.
 */
export async function followCopies({ journal, folder }: CareParts, looked = false): Promise<void> {
  const { conflicts, nodes } = journal;
  for (const conflict of conflicts.open()) {
    const { id, path, copy } = conflict;
    if (copy === undefined) continue;
    const key = conflicts.keyOfCopy(id);
    if ((await folder.stat(copy)) !== undefined) {
      const found = key ?? nodes.at(copy)?.key;
      if (key === undefined && found !== undefined) conflicts.follow(id, found, path, copy);
      continue;
    }
    const item = key === undefined ? undefined : nodes.withKey(key);
    const now = item === undefined ? copy : pathOf(item, 'local');
    if (now !== copy && nameOf(now) === nameOf(copy) && (await folder.stat(now)) !== undefined) {
      conflicts.follow(id, key ?? 0, movedAlong(conflict, copy, now), now);
    } else if (looked || (await folder.stat(parentOf(copy) ?? '')) !== undefined) {
      conflicts.decide(id, 'gone');
    }
  }
}

/** Where the other file is: beside the copy, as before. */
function movedAlong({ path }: OpenConflict, copy: TreePath, now: TreePath): TreePath {
  return parentOf(path) === parentOf(copy) ? childOf(parentOf(now) ?? '', nameOf(path)) : path;
}
