import type { Item } from '../trees/item.ts';

/**
 * The executable bit that a file shall have on both sides when its bytes go from one to the other: whoever has
 * changed it since it was agreed on is right. Undefined where there is nothing to merge.
 */
export function mergedBit({ local, remote, base }: Item): boolean | undefined {
  if (local === undefined || remote === undefined || base === undefined) return undefined;
  return remote.executable === base.remote.executable ? local.executable : remote.executable;
}

/**
 * After the bytes of a file have come to `side` with another bit than it has on the other one: only the other one's
 * was agreed on, so that the bit is carried over next.
 */
export function agreeOnOtherBit(item: Item, side: 'local' | 'remote'): void {
  const { local, remote, base } = item;
  if (local === undefined || remote === undefined || base === undefined) return;
  if (local.executable === remote.executable) return;
  if (side === 'local') item.base = { ...base, local: { ...base.local, executable: remote.executable } };
  else item.base = { ...base, remote: { ...base.remote, executable: local.executable } };
}
