import { namesOf, type TreePath } from '@holdfast/base';
import { ChildIndex } from '../trees/child-index.ts';
import type { Item } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';

/** The item that people know by `path`: by its name here, or by the one on the server where it is not here. */
export function findItem(trees: Trees, path: TreePath): Item | undefined {
  const local = ChildIndex.of(trees, 'local');
  const remote = ChildIndex.of(trees, 'remote');
  let item: Item | undefined = trees.root;
  for (const name of namesOf(path)) {
    const folder: Item = item;
    item = local.child(folder, name) ?? remote.child(folder, name);
    if (item === undefined) return undefined;
  }
  return item;
}

/** Everything below a folder on a side, folders before what is in them. */
export function itemsBelow(trees: Trees, folder: Item, side: 'local' | 'remote'): Item[] {
  const index = ChildIndex.of(trees, side);
  const below = [...index.childrenOf(folder)];
  // Grows while it is gone through.
  for (const item of below) below.push(...index.childrenOf(item));
  return below;
}
