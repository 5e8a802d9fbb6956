import type { Base, Item } from './item.ts';
import { isPacked, PackedItem, type ReadBase } from './packed-item.ts';
import { isSettled, type Trees } from './trees.ts';

/**
 * Packs every file that can be. To be called only when nobody holds items of files or their states: each becomes
 * another object. `read` gives what the journal holds.
 */
export function packSettled(trees: Trees, read: ReadBase, isProven: (base: Base) => boolean = hasHash): void {
  for (const [key, item] of trees.items) {
    if (isPacked(item) || trees.frozen.has(item) || trees.choices.get(item) !== undefined) continue;
    const { base } = item;
    if (base !== undefined && isProven(base) && isPackable(item))
      trees.items.set(key, new PackedItem(key, base, read));
  }
}

function hasHash({ sha, unproven }: Base): boolean {
  return unproven !== true && sha.length === 64;
}

/** Whether an item is as the journal has it, on both sides at the same place. */
function isPackable(item: Item): boolean {
  const { base } = item;
  if (item.folder || base === undefined || !isSettled(item)) return false;
  if (item.savedBase !== base || item.savedRemote !== base.remote) return false;
  return base.local.parent === base.remote.parent && base.local.name === base.remote.name;
}
