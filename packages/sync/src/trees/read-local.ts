import { AppError, nameOf, parentOf, type TreePath } from '@holdfast/base';
import type { LocalScan } from '@holdfast/localfs';
import { FormerPlaces } from './former-places.ts';
import { freeze } from './freeze-local.ts';
import { type Item, localState } from './item.ts';
import { LocalMatcher } from './match-local.ts';
import type { Trees } from './trees.ts';

/**
 * Takes a scan into the trees. Each entry is given to the item that it is: the one at the same place with the
 * same inode; else the one with that inode (a rename); else the one at the same place whose inode is gone
 * (replaced by "write beside and rename"); else a new one. A file with a known inode counts as renamed only when
 * size and time are the same too, because file systems give the number of a deleted file to the next new one.
 *
 * What is not in the scan is gone, but for what lies at or below a problem: that is frozen (R4).
 * @throws AppError `local-unreadable` when an entry comes without the folder it is in.
 */
export function readLocal(trees: Trees, scan: LocalScan): void {
  const before = new FormerPlaces(trees.items.values());
  const matcher = new LocalMatcher(trees, before, scan.entries, trees.items.values());
  const folders = new Map<TreePath, Item>([['', trees.root]]);
  const parentIn = (path: TreePath): Item => {
    const parent = folders.get(parentOf(path) ?? '');
    if (parent === undefined) throw new AppError('local-unreadable', { path });
    return parent;
  };

  for (const entry of scan.entries) {
    const parent = parentIn(entry.path);
    const seen = localState(entry, parent, nameOf(entry.path));
    if (entry.kind === 'folder') folders.set(entry.path, matcher.folder(seen));
    else matcher.file(seen);
  }
  matcher.settleMoved();
  trees.frozen.clear();
  trees.taken.clear();
  freeze(trees, scan.problems, before, folders, matcher.claimed);
  for (const item of trees.items.values()) {
    if (!matcher.claimed.has(item) && !trees.frozen.has(item)) item.local = undefined;
  }
}
