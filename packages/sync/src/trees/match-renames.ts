import type { Item } from './item.ts';
import { removeItem, type Trees } from './trees.ts';

/**
 * For servers without stable ids: a file that is gone and a new one with the same size, time and etag (or
 * checksum) are one renamed file, when there is only one such pair. `lost` keeps what stays gone.
 */
export function matchRenames(trees: Trees, lost: Set<Item>, fresh: readonly Item[]): void {
  const bySignature = new Map<string, Item | undefined>();
  for (const item of fresh) {
    const key = signature(item);
    if (key !== undefined) bySignature.set(key, bySignature.has(key) ? undefined : item);
  }
  const claims = new Map<Item, Item | undefined>();
  for (const item of lost) {
    const key = signature(item);
    const found = key === undefined ? undefined : bySignature.get(key);
    if (found !== undefined) claims.set(found, claims.has(found) ? undefined : item);
  }
  for (const [found, item] of claims) {
    if (item === undefined) continue;
    item.remote = found.remote;
    removeItem(trees, found);
    lost.delete(item);
  }
}

function signature(item: Item): string | undefined {
  const state = item.remote;
  if (item.folder || state === undefined || state.ns < 0 || state.size === 0) return undefined;
  const bytes = state.etag !== '' ? state.etag : state.sha;
  return bytes === undefined ? undefined : `${state.size} ${state.s}.${state.ns} ${bytes}`;
}
