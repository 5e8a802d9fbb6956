import type { Item } from '../trees/item.ts';
import { isSettled, type Trees } from '../trees/trees.ts';

/**
 * Folders that were removed on one side and stay on the other, because there is something in them that is left
 * alone on purpose. They are as they are meant to be.
 */
export function keptFolders(trees: Trees, isAside: (item: Item) => boolean): ReadonlySet<Item> {
  const kept = new Set<Item>();
  const keep = (folder: Item | undefined, side: 'local' | 'remote'): void => {
    for (let at = folder; at !== undefined && at.key !== 0 && !kept.has(at); at = at[side]?.parent)
      kept.add(at);
  };
  for (const [folder, names] of trees.taken) {
    for (const reason of names.values()) if (reason === 'ignored') keep(folder, 'local');
  }
  for (const [item, { code }] of trees.frozen) {
    if (code !== 'ignored') continue;
    keep(item.local?.parent, 'local');
    keep(item.remote?.parent, 'remote');
  }
  for (const item of trees.items.values()) {
    if (!isSettled(item) && isAside(item)) keep(item.remote?.parent, 'remote');
  }
  return kept;
}

/** Whether a folder that is not as agreed was removed on one side. */
export function wasRemoved({ folder, base, local, remote }: Item): boolean {
  return folder && base !== undefined && (local === undefined || remote === undefined);
}
