import { nameOf, parentOf, type TreePath } from '@holdfast/base';
import type { LocalProblem } from '@holdfast/localfs';
import type { FormerPlaces } from './former-places.ts';
import type { Item } from './item.ts';
import type { ItemMarks } from './item-marks.ts';
import type { Trees } from './trees.ts';

/** Freezes what lies at or below a problem of a look, and takes note of the names that are taken. */
export function freeze(
  trees: Trees,
  problems: Iterable<LocalProblem>,
  before: FormerPlaces,
  folders: ReadonlyMap<TreePath, Item>,
  claimed: ItemMarks,
): void {
  for (const problem of problems) {
    const parent = folders.get(parentOf(problem.path) ?? '');
    if (parent === undefined || problem.path === '') continue;
    const name = nameOf(problem.path);
    const names = trees.taken.get(parent) ?? new Map();
    trees.taken.set(parent, names.set(name, problem.reason));
    const frozen = { code: problem.reason, path: problem.path };
    const item = before.child(parent, name);
    if (item !== undefined) freezeBelow(trees, item, frozen, before, claimed);
    const folder = folders.get(problem.path);
    if (folder !== undefined) freezeBelow(trees, folder, frozen, before, claimed, true);
  }
}

/** `item` with all that was below it, but for what the scan has found elsewhere. */
function freezeBelow(
  trees: Trees,
  item: Item,
  frozen: { code: LocalProblem['reason']; path: TreePath },
  before: FormerPlaces,
  claimed: ItemMarks,
  always = false,
): void {
  if (trees.frozen.has(item) || (claimed.has(item) && !always)) return;
  trees.frozen.set(item, frozen);
  item.local ??= item.base?.local;
  for (const child of before.childrenOf(item)) freezeBelow(trees, child, frozen, before, claimed);
}
