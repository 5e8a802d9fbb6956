import { AppError, nameOf, parentOf, type TreePath } from '@holdfast/base';
import type { LocalScan } from '@holdfast/localfs';
import { FormerPlaces } from './former-places.ts';
import { type Digits, type Item, type LocalState, localState, packDigits } from './item.ts';
import { ItemMarks } from './item-marks.ts';
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
  const before = new FormerPlaces(trees);
  const matcher = new Matcher(trees, before, scan);
  const folders = new Map<TreePath, Item>([['', trees.root]]);
  const parentIn = (path: TreePath): Item => {
    const parent = folders.get(parentOf(path) ?? '');
    if (parent === undefined) throw new AppError('local-unreadable', { path });
    return parent;
  };

  for (const entry of scan.entries) {
    const parent = parentIn(entry.path);
    const seen = localState(entry, parent, nameOf(entry.path));
    if (entry.kind === 'folder') folders.set(entry.path, matcher.folder(seen));
    else matcher.file(seen);
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
  readonly claimed: ItemMarks;
  readonly #trees: Trees;
  readonly #before: FormerPlaces;
  readonly #scan: LocalScan;
  readonly #moved: LocalState[] = [];
  // Made only when something is not where it was: most scans find everything in its place.
  #known: ReadonlyMap<Digits, Item> | undefined;
  #seen: ReadonlySet<Digits> | undefined;

  constructor(trees: Trees, before: FormerPlaces, scan: LocalScan) {
    this.#trees = trees;
    this.#before = before;
    this.#scan = scan;
    this.claimed = new ItemMarks(trees.nextKey);
  }

  #byId(id: Digits): Item | undefined {
    this.#known ??= indexById(this.#trees);
    return this.#known.get(id);
  }

  #isSeen(id: Digits): boolean {
    this.#seen ??= new Set(Array.from(this.#scan.entries, (entry) => packDigits(entry.id)));
    return this.#seen.has(id);
  }

  folder(seen: LocalState): Item {
    const there = this.#before.child(seen.parent, seen.name);
    const item =
      this.#free(there, true, ({ id }) => id === seen.id) ??
      this.#free(this.#byId(seen.id), true, () => true) ??
      this.#free(there, true, ({ id }) => !this.#isSeen(id)) ??
      addItem(this.#trees, true);
    this.#claim(item, seen);
    return item;
  }

  /** Takes a file that is still in its place; the others have to wait until all of these are known. */
  file(seen: LocalState): void {
    const there = this.#before.child(seen.parent, seen.name);
    const item = this.#free(there, false, ({ id }) => id === seen.id);
    if (item === undefined) this.#moved.push(seen);
    else this.#claim(item, seen);
  }

  /** Finds out what the files are that were not in their place. */
  settleMoved(): void {
    const rest: LocalState[] = [];
    for (const seen of this.#moved) {
      const item = this.#free(this.#byId(seen.id), false, (state) => sameBytesLikely(seen, state));
      if (item === undefined) rest.push(seen);
      else this.#claim(item, seen);
    }
    for (const seen of rest) {
      const there = this.#before.child(seen.parent, seen.name);
      this.#claim(this.#free(there, false, () => true) ?? addItem(this.#trees, false), seen);
    }
  }

  #free(item: Item | undefined, folder: boolean, fits: (state: LocalState) => boolean): Item | undefined {
    if (item === undefined || item.folder !== folder || this.claimed.has(item)) return undefined;
    const state = was(item);
    return state !== undefined && fits(state) ? item : undefined;
  }

  #claim(item: Item, seen: LocalState): void {
    this.claimed.add(item);
    const base = item.base?.local;
    if (base !== undefined && isStill(base, seen, item.folder)) item.local = base;
    else if (item.local === undefined || !isStill(item.local, seen, item.folder)) item.local = seen;
  }
}

/** Ids are taken in the order of the items: a new item cannot take one from an older one. */
function indexById(trees: Trees): ReadonlyMap<Digits, Item> {
  const byId = new Map<Digits, Item>();
  for (const item of trees.items.values()) {
    const id = was(item)?.id;
    if (id !== undefined && !byId.has(id)) byId.set(id, item);
  }
  return byId;
}

/** Whether two looks have shown the same. The times of a folder say nothing about it. */
function isStill(state: LocalState, seen: LocalState, folder: boolean): boolean {
  if (state.parent !== seen.parent || state.name !== seen.name || state.id !== seen.id) return false;
  return (
    folder ||
    (state.cs === seen.cs &&
      state.cns === seen.cns &&
      state.size === seen.size &&
      state.s === seen.s &&
      state.ns === seen.ns &&
      state.executable === seen.executable)
  );
}

function sameBytesLikely(a: LocalState, b: LocalState): boolean {
  return a.size === b.size && a.s === b.s && a.ns === b.ns;
}

function freeze(
  trees: Trees,
  scan: LocalScan,
  before: FormerPlaces,
  folders: ReadonlyMap<TreePath, Item>,
  claimed: ItemMarks,
): void {
  trees.frozen.clear();
  trees.taken.clear();
  for (const problem of scan.problems) {
    const parent = folders.get(parentOf(problem.path) ?? '');
    if (parent === undefined || problem.path === '') continue;
    const name = nameOf(problem.path);
    const names = trees.taken.get(parent) ?? new Map();
    trees.taken.set(parent, names.set(name, problem.reason));
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
  before: FormerPlaces,
  claimed: ItemMarks,
  always = false,
): void {
  if (trees.frozen.has(item) || (claimed.has(item) && !always)) return;
  trees.frozen.set(item, frozen);
  item.local ??= item.base?.local;
  for (const child of before.childrenOf(item)) freezeBelow(trees, child, frozen, before, claimed);
}
