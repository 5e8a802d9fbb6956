import type { TreePath } from '@holdfast/base';
import type { Op, Place } from '../plan/op.ts';
import { localChange } from '../trees/content-change.ts';
import type { Item } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';

type OpOf<Kind extends Op['kind']> = Extract<Op, { kind: Kind }>;

/** Writes down that the folder at `path` on the server will be the one that is here. */
export function intendFolder(context: ExecuteContext, { item, place }: OpOf<'mkdir'>, path: TreePath): void {
  const { local } = item;
  if (local === undefined || !isAt(item, 'local', place)) return;
  context.intend({ kind: 'mkdir', item, path, local });
}

/**
 * Writes down that both sides will have the item at the same place. Where the other side is not there yet, or on
 * the way through a moving name, nothing will have been agreed on by this step.
 */
export function intendMove(
  context: ExecuteContext,
  { item, side, place }: OpOf<'move'>,
  path: TreePath,
): void {
  const { local, base } = item;
  if (place === undefined || base === undefined || local === undefined) return;
  if (!isAt(item, side === 'local' ? 'remote' : 'local', place)) return;
  const other = side === 'local' ? place.rname : place.lname;
  const same = item.folder || localChange(local, base) === 'same';
  const agreed = same ? local : { ...base.local, name: local.name };
  context.intend({ kind: 'move', side, item, path, other, local: agreed });
}

function isAt(item: Item, side: 'local' | 'remote', place: Place): boolean {
  const state = item[side];
  const name = side === 'local' ? place.lname : place.rname;
  return state !== undefined && state.parent === place.parent && state.name === name;
}
