import { AppError, nameOf, parentOf, type TreePath } from '@holdfast/base';
import type { LocalEntry, LocalScan } from '@holdfast/localfs';
import { ChildIndex } from './child-index.ts';
import { type Item, type LocalState, localState } from './item.ts';
import { addItem, type Trees } from './trees.ts';

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
  const before = ChildIndex.withGone(trees, 'local');
  const matcher = new Matcher(trees, before, scan);
  const folders = new Map<TreePath, Item>([['', trees.root]]);
  const parentIn = (path: TreePath): Item => {
    const parent = folders.get(parentOf(path) ?? '');
    if (parent === undefined) throw new AppError('local-unreadable', { path });
    return parent;
  };

  for (const entry of scan.entries) {
    const parent = parentIn(entry.path);
    if (entry.kind === 'folder') folders.set(entry.path, matcher.folder(entry, parent));
    else matcher.file(entry, parent);
  }
  matcher.settleMoved();
  freeze(trees, scan, before, folders, matcher.claimed);
  for (const item of trees.items.values()) {
    if (!matcher.claimed.has(item) && !trees.frozen.has(item)) item.local = undefined;
  }
}

function was(item: Item): LocalState | undefined {
  return item.local ?? item.base?.local;
}

class Matcher {
  readonly claimed = new Set<Item>();
  readonly #trees: Trees;
  readonly #before: ChildIndex;
  readonly #scan: LocalScan;
  readonly #moved: (readonly [LocalEntry, Item])[] = [];
  // Made only when something is not where it was: most scans find everything in its place.
  #known: ReadonlyMap<string, Item> | undefined;
  #seen: ReadonlySet<string> | undefined;

  constructor(trees: Trees, before: ChildIndex, scan: LocalScan) {
    this.#trees = trees;
    this.#before = before;
    this.#scan = scan;
  }

  #byId(id: string): Item | undefined {
    this.#known ??= indexById(this.#trees);
    return this.#known.get(id);
  }

  #isSeen(id: string): boolean {
    this.#seen ??= new Set(Array.from(this.#scan.entries, (entry) => entry.id));
    return this.#seen.has(id);
  }

  folder(entry: LocalEntry, parent: Item): Item {
    const there = this.#before.child(parent, nameOf(entry.path));
    const item =
      this.#free(there, entry, (id) => id === entry.id) ??
      this.#free(this.#byId(entry.id), entry, () => true) ??
      this.#free(there, entry, (id) => !this.#isSeen(id)) ??
      addItem(this.#trees, true);
    this.#claim(item, entry, parent);
    return item;
  }

  /** Takes a file that is still in its place; the others have to wait until all of these are known. */
  file(entry: LocalEntry, parent: Item): void {
    const there = this.#before.child(parent, nameOf(entry.path));
    const item = this.#free(there, entry, (id) => id === entry.id);
    if (item === undefined) this.#moved.push([entry, parent]);
    else this.#claim(item, entry, parent);
  }

  /** Finds out what the files are that were not in their place. */
  settleMoved(): void {
    const rest: (readonly [LocalEntry, Item])[] = [];
    for (const [entry, parent] of this.#moved) {
      const item = this.#free(this.#byId(entry.id), entry, (_id, state) => sameBytesLikely(entry, state));
      if (item === undefined) rest.push([entry, parent]);
      else this.#claim(item, entry, parent);
    }
    for (const [entry, parent] of rest) {
      const there = this.#before.child(parent, nameOf(entry.path));
      this.#claim(this.#free(there, entry, () => true) ?? addItem(this.#trees, false), entry, parent);
    }
  }

  #free(
    item: Item | undefined,
    entry: LocalEntry,
    fits: (id: string, state: LocalState) => boolean,
  ): Item | undefined {
    if (item === undefined || this.claimed.has(item)) return undefined;
    if (item.folder !== (entry.kind === 'folder')) return undefined;
    const state = was(item);
    return state !== undefined && fits(state.id, state) ? item : undefined;
  }

  #claim(item: Item, entry: LocalEntry, parent: Item): void {
    this.claimed.add(item);
    const base = item.base?.local;
    const name = nameOf(entry.path);
    if (base !== undefined && isStill(base, entry, parent, name)) item.local = base;
    else if (item.local === undefined || !isStill(item.local, entry, parent, name)) {
      item.local = localState(entry, parent, name);
    }
  }
}

/** Ids are taken in the order of the items: a new item cannot take one from an older one. */
function indexById(trees: Trees): ReadonlyMap<string, Item> {
  const byId = new Map<string, Item>();
  for (const item of trees.items.values()) {
    const id = was(item)?.id;
    if (id !== undefined && !byId.has(id)) byId.set(id, item);
  }
  return byId;
}

/** Whether an entry is what a state was made from. The times of a folder say nothing about it. */
function isStill(state: LocalState, entry: LocalEntry, parent: Item, name: string): boolean {
  if (state.parent !== parent || state.name !== name || state.id !== entry.id) return false;
  return (
    entry.kind === 'folder' ||
    (state.ctime === entry.ctime &&
      state.size === entry.size &&
      state.s === entry.mtime.s &&
      state.ns === entry.mtime.ns &&
      state.executable === entry.executable)
  );
}

function sameBytesLikely(entry: LocalEntry, state: LocalState): boolean {
  return entry.size === state.size && entry.mtime.s === state.s && entry.mtime.ns === state.ns;
}

function freeze(
  trees: Trees,
  scan: LocalScan,
  before: ChildIndex,
  folders: ReadonlyMap<TreePath, Item>,
  claimed: ReadonlySet<Item>,
): void {
  trees.frozen.clear();
  trees.taken.clear();
  for (const problem of scan.problems) {
    const parent = folders.get(parentOf(problem.path) ?? '');
    if (parent === undefined || problem.path === '') continue;
    const name = nameOf(problem.path);
    const names = trees.taken.get(parent) ?? new Set();
    trees.taken.set(parent, names.add(name));
    const frozen = { code: problem.reason, path: problem.path };
    const item = before.child(parent, name);
    if (item !== undefined) freezeBelow(trees, item, frozen, before, claimed);
    const folder = folders.get(problem.path);
    if (folder !== undefined) freezeBelow(trees, folder, frozen, before, claimed, true);
  }
}

/** `item` with all that was below it, but for what the scan has found elsewhere. */
function freezeBelow(
  trees: Trees,
  item: Item,
  frozen: { code: LocalScan['problems'][number]['reason']; path: TreePath },
  before: ChildIndex,
  claimed: ReadonlySet<Item>,
  always = false,
): void {
  if (trees.frozen.has(item) || (claimed.has(item) && !always)) return;
  trees.frozen.set(item, frozen);
  item.local ??= item.base?.local;
  for (const child of before.childrenOf(item)) freezeBelow(trees, child, frozen, before, claimed);
}
