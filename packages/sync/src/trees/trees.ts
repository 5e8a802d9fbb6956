import type { TreePath } from '@holdfast/base';
import { ChoiceMarks } from '../choice/choice-marks.ts';
import type { Item, LocalState, RemoteState } from './item.ts';
import { isPacked } from './packed-item.ts';

/** Why nothing can be said or done about a part of the local tree. */
export interface Frozen {
  readonly code: 'unreadable' | 'symlink' | 'special' | 'bad-encoding' | 'ignored';
  readonly path: TreePath;
}

/** The three trees in one: every item with what is known of it on each side. */
export interface Trees {
  readonly root: Item;
  /** All items but the root. */
  readonly items: Map<number, Item>;
  /** Items whose local state is not known at present (R4). They are left alone, with all below them. */
  readonly frozen: Map<Item, Frozen>;
  /** Local names that are taken by something that is not synced, by folder, with the reason. */
  readonly taken: Map<Item, Map<string, Frozen['code']>>;
  /** What a person or a rule has decided about items. */
  readonly choices: ChoiceMarks;
  /** Keys of items that are no more and may still be in the journal. */
  readonly removed: Set<number>;
  nextKey: number;
}

/** Trees with nothing in them. */
export function emptyTrees(): Trees {
  const root: Item = {
    key: 0,
    folder: true,
    local: undefined,
    remote: undefined,
    base: undefined,
    savedBase: undefined,
    savedRemote: undefined,
  };
  const local: LocalState = {
    parent: root,
    name: '',
    id: '',
    size: 0,
    s: 0,
    ns: 0,
    cs: 0,
    cns: 0,
    executable: false,
    link: false,
    sha: undefined,
  };
  const remote: RemoteState = {
    parent: root,
    name: '',
    id: undefined,
    etag: '',
    size: 0,
    s: 0,
    ns: -1,
    executable: false,
    link: false,
    permissions: undefined,
    sha1: undefined,
    sha: undefined,
  };
  root.local = local;
  root.remote = remote;
  root.base = { local, remote, sha: '' };
  return {
    root,
    items: new Map(),
    frozen: new Map(),
    taken: new Map(),
    choices: new ChoiceMarks(),
    removed: new Set(),
    nextKey: 1,
  };
}

/** Adds an item about which nothing is known yet. */
export function addItem(trees: Trees, folder: boolean): Item {
  const item: Item = {
    key: trees.nextKey,
    folder,
    local: undefined,
    remote: undefined,
    base: undefined,
    savedBase: undefined,
    savedRemote: undefined,
  };
  trees.nextKey += 1;
  trees.items.set(item.key, item);
  return item;
}

/** Takes out an item that is on neither side any more. */
export function removeItem(trees: Trees, item: Item): void {
  trees.items.delete(item.key);
  trees.choices.delete(item);
  trees.removed.add(item.key);
}

/** Whether both sides are as agreed. */
export function isSettled(item: Item): boolean {
  if (isPacked(item)) return true;
  return item.base !== undefined && item.local === item.base.local && item.remote === item.base.remote;
}
