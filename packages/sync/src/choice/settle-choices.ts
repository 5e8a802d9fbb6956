import { childOf } from '@holdfast/base';
import { type Item, pathOf } from '../trees/item.ts';
import { isPacked, placeOn } from '../trees/packed-item.ts';
import { addItem, type Trees } from '../trees/trees.ts';
import type { AsideItems, PathRule } from './aside-items.ts';

/**
 * Brings choices and merge bases together after both sides were looked at, so that planning can never take what is
 * left alone for removed:
 *
 * - What is by choice on the server only has no merge base. Where it is here again, it is a file like any other.
 * - What a rule leaves out keeps its merge base as long as it is on both sides. Where one side has lost it
 *   meanwhile, it counts as never agreed on: when the rule goes, nothing is removed because of it (R2).
 * - What was renamed on the server to a place that is left out has left the synced tree there, like anything that is
 *   moved out of it, and stays on the server as something of its own. So it is the other way round: what was left
 *   out and is no more, there, is something new.
 */
export function settleChoices(trees: Trees, ignores: PathRule, aside: AsideItems): void {
  settleMarks(trees);
  for (const item of trees.items.values()) {
    if (isPacked(item)) continue;
    if (item.base === undefined || (item.local === item.base.local && item.remote === item.base.remote))
      continue;
    const { local, remote, base } = item;
    const moved =
      remote !== undefined &&
      (remote.parent !== base.remote.parent ||
        remote.name !== base.remote.name ||
        remote.link !== base.remote.link);
    const frozen = trees.frozen.get(item);
    if (frozen !== undefined) {
      if (frozen.code === 'ignored' && moved && !aside.isIgnored(item)) partFromServer(trees, item);
    } else if (local === undefined) {
      const leftOut = ignores(formerPath(item), item.folder) || (moved && aside.isIgnored(item));
      if (remote !== undefined && leftOut) item.base = undefined;
    } else if (moved && aside.isIgnored(item)) partFromServer(trees, item);
  }
}

function settleMarks(trees: Trees): void {
  const { choices } = trees;
  for (const [item, { code }] of trees.frozen) {
    if (code === 'ignored' && item.base !== undefined && item.key !== 0) choices.set(item, 'ignored');
  }
  for (const [item, choice] of [...choices]) {
    if (item.key === 0) continue;
    if (!trees.items.has(item.key)) choices.delete(item);
    else if (choice === 'there' || choice === 'hidden') {
      if (item.local === undefined) item.base = undefined;
      else if (choice === 'there') choices.delete(item);
      if (item.local === undefined && item.remote === undefined) choices.delete(item);
    } else if (choice === 'ignored' && !trees.frozen.has(item)) {
      if (item.local === undefined || item.remote === undefined) item.base = undefined;
      choices.delete(item);
    }
  }
}

/** Where an item was locally when it was agreed on, by where its folder is now. */
function formerPath(item: Item): string {
  const was = item.base?.local;
  return was === undefined ? '' : childOf(pathOf(was.parent, 'local'), was.name);
}

/** What the server has becomes an item of its own, with all below; what is here has lost its other side. */
function partFromServer(trees: Trees, item: Item): void {
  const parted = new Map<Item, Item>();
  const part = (one: Item): void => {
    const { remote } = one;
    if (remote === undefined) return;
    const own = addItem(trees, one.folder);
    own.remote = { ...remote, parent: parted.get(remote.parent) ?? remote.parent };
    one.remote = undefined;
    parted.set(one, own);
  };
  part(item);
  if (!item.folder) return;
  for (const below of belowOnServer(trees, item)) part(below);
}

/** Everything below a folder on the server, folders before what is in them. */
function belowOnServer(trees: Trees, folder: Item): Item[] {
  const children = new Map<Item, Item[]>();
  for (const item of trees.items.values()) {
    const parent = placeOn(item, 'remote')?.parent;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [item]);
    else siblings.push(item);
  }
  const below: Item[] = [];
  const open = [folder];
  for (const at of open) {
    const inIt = children.get(at) ?? [];
    below.push(...inIt);
    open.push(...inIt);
  }
  return below;
}
