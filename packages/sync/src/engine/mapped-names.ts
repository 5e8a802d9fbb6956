import type { TreePath } from '@holdfast/base';
import { mapName } from '../plan/name-rules.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import type { Item } from '../trees/item.ts';
import { isPacked } from '../trees/packed-item.ts';
import type { Trees } from '../trees/trees.ts';
import type { MappedName } from './report.ts';

/** What has, or shall have, two names: because one side cannot hold the other's, or composes its letters otherwise. */
export function mappedNames(trees: Trees, policy: PlanPolicy): MappedName[] {
  const mapped: MappedName[] = [];
  for (const item of trees.items.values()) {
    if (isPacked(item) || (item.local === undefined && item.remote === undefined)) continue;
    if (nameOn(item, 'local', policy) === nameOn(item, 'remote', policy) || policy.isAside?.(item) === true)
      continue;
    mapped.push({ local: pathOn(item, 'local', policy), remote: pathOn(item, 'remote', policy) });
  }
  return mapped;
}

function nameOn({ local, remote }: Item, side: 'local' | 'remote', policy: PlanPolicy): string {
  const here = side === 'local' ? local : remote;
  if (here !== undefined) return here.name;
  const other = (local ?? remote)?.name ?? '';
  return mapName(other, side === 'local' ? policy.localNames : policy.remoteNames) ?? other;
}

function pathOn(item: Item, side: 'local' | 'remote', policy: PlanPolicy): TreePath {
  const names: string[] = [];
  for (let at: Item | undefined = item; at !== undefined && at.key !== 0; ) {
    names.unshift(nameOn(at, side, policy));
    at = (at[side] ?? at.local ?? at.remote)?.parent;
  }
  return names.join('/');
}
