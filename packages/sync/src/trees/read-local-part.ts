import { nameOf, namesOf, parentOf, type TreePath } from '@holdfast/base';
import type { LocalEntry, LocalScan } from '@holdfast/localfs';
import { FormerPlaces } from './former-places.ts';
import { freeze } from './freeze-local.ts';
import { type Digits, type Item, localState, packDigits, pathOf } from './item.ts';
import { ItemMarks } from './item-marks.ts';
import { formerLocal, LocalMatcher, sameBytesLikely } from './match-local.ts';
import { formerPlace } from './packed-item.ts';
import { PathSet } from './path-set.ts';
import type { Trees } from './trees.ts';

/** So many files that are gone at once are looked for everywhere before it is believed. */
const mostGone = 20;

/** What a look at some paths is good for. */
export type LocalPart =
  /** `take` takes it into the trees. `paths` are those that were looked at in the end. */
  | { readonly kind: 'ready'; readonly take: () => void; readonly paths: PathSet }
  /** These have to be looked at too, to tell what has become of what. */
  | { readonly kind: 'wider'; readonly paths: readonly TreePath[] }
  /** Only a look at everything can tell. */
  | { readonly kind: 'doubt' };

const doubt: LocalPart = { kind: 'doubt' };

/**
 * Finds out what a look at `paths` means, as `readLocal` does for a look at everything: the trees will be the same,
 * when nothing has changed elsewhere. Nothing is taken in before `take` is called.
 *
 * In doubt until more was looked at: what is known by its inode from elsewhere (a rename that was told one half of);
 * a folder on the way that is another one than it was; a folder, or more than a few files, that are gone (the other
 * half may be anywhere); a new file called `ruleName`.
 */
export function readLocalPart(
  trees: Trees,
  scan: LocalScan,
  paths: readonly TreePath[],
  ruleName: string,
): LocalPart {
  const wanted = new PathSet(paths);
  if (wanted.has('')) return doubt;
  const way = readWay(trees, scan, wanted);
  if (way.wider.length > 0) return { kind: 'wider', paths: way.wider };

  const places = new Map<Item, Set<string>>();
  for (const path of wanted) {
    const parent = way.folders.get(parentOf(path) ?? '');
    if (parent !== undefined) places.set(parent, (places.get(parent) ?? new Set()).add(nameOf(path)));
  }
  const inScope = itemsIn(trees, places);
  const told = entriesIn(scan, wanted, way.folders);
  const ids = new Set<Digits>();
  for (const entry of told) ids.add(packDigits(entry.id));
  if (hasVanished(trees, inScope, ids, told)) return doubt;

  const strangers = strangersAmong(told, inScope);
  if ([...strangers.values()].some(({ path }) => nameOf(path) === ruleName)) return doubt;
  const holders = holdersOf(trees, strangers, inScope);
  if (holders.some((item) => trees.frozen.has(item))) return doubt;
  const elsewhere = holders.filter((item) => item.local !== undefined && mayBe(item, strangers));
  if (elsewhere.length > 0) {
    // Of a renamed folder with all that is in it the folder is enough.
    return { kind: 'wider', paths: [...new PathSet(elsewhere.map((item) => pathOf(item, 'local')))] };
  }

  const take = (): void => {
    const before = new FormerPlaces(inScope);
    const candidates = [...inScope, ...holders].sort((a, b) => a.key - b.key);
    const matcher = new LocalMatcher(trees, before, told, candidates);
    const folders = new Map(way.folders);
    for (const entry of told) {
      const parent = folders.get(parentOf(entry.path) ?? '');
      if (parent === undefined) continue;
      const seen = localState(entry, parent, nameOf(entry.path));
      if (entry.kind === 'folder') folders.set(entry.path, matcher.folder(seen));
      else matcher.file(seen);
    }
    matcher.settleMoved();
    thaw(trees, inScope, places);
    const problems = scan.problems.filter(({ path }) => wanted.covers(path));
    freeze(trees, problems, before, folders, matcher.claimed);
    for (const item of inScope) {
      if (!matcher.claimed.has(item) && !trees.frozen.has(item)) item.local = undefined;
    }
  };
  return { kind: 'ready', take, paths: wanted };
}

/** The folders on the way to what was looked at, as far as they are those that are known. */
function readWay(
  trees: Trees,
  scan: LocalScan,
  wanted: PathSet,
): { readonly folders: ReadonlyMap<TreePath, Item>; readonly wider: readonly TreePath[] } {
  const names = new Set<string>();
  const way = new Set<TreePath>();
  for (const path of wanted) {
    for (const name of namesOf(path)) names.add(name);
    for (let at = parentOf(path); at !== undefined && at !== ''; at = parentOf(at)) way.add(at);
  }
  const told = new Map<TreePath, LocalEntry>();
  for (const entry of scan.entries) if (way.has(entry.path)) told.set(entry.path, entry);
  const refused = new Set(scan.problems.map(({ path }) => path));
  const index = new FormerPlaces(named(trees, names));
  const folders = new Map<TreePath, Item>([['', trees.root]]);
  const wider: TreePath[] = [];
  for (const path of [...way].sort((a, b) => namesOf(a).length - namesOf(b).length)) {
    const parent = folders.get(parentOf(path) ?? '');
    if (parent === undefined) continue;
    const item = index.child(parent, nameOf(path));
    const entry = told.get(path);
    const isFrozen = item !== undefined && trees.frozen.has(item);
    if (refused.has(path)) {
      if (item !== undefined && !isFrozen) wider.push(path);
    } else if (entry === undefined) {
      if (item?.local !== undefined) wider.push(path);
    } else if (entry.kind === 'folder' && item?.folder && !isFrozen && isId(item, entry)) {
      folders.set(path, item);
    } else wider.push(path);
  }
  return { folders, wider };
}

function isId(item: Item, entry: LocalEntry): boolean {
  return item.local !== undefined && item.local.id === packDigits(entry.id);
}

function* named(trees: Trees, names: ReadonlySet<string>): Iterable<Item> {
  for (const item of trees.items.values()) {
    const place = formerPlace(item);
    if (place !== undefined && names.has(place.name)) yield item;
  }
}

/** All items that are or were at one of `places` or below. */
function itemsIn(trees: Trees, places: ReadonlyMap<Item, ReadonlySet<string>>): Item[] {
  const inside = new ItemMarks(trees.nextKey);
  const outside = new ItemMarks(trees.nextKey);
  const isInside = (item: Item): boolean => {
    if (inside.has(item)) return true;
    const state = item.key === 0 || outside.has(item) ? undefined : formerPlace(item);
    const found =
      state !== undefined && (places.get(state.parent)?.has(state.name) === true || isInside(state.parent));
    (found ? inside : outside).add(item);
    return found;
  };
  const items: Item[] = [];
  for (const item of trees.items.values()) if (isInside(item)) items.push(item);
  return items;
}

/** What was told of `wanted`, in folders that are known or told themselves; gone through as often as it takes. */
function entriesIn(
  scan: LocalScan,
  wanted: PathSet,
  way: ReadonlyMap<TreePath, Item>,
): { [Symbol.iterator](): Iterator<LocalEntry> } {
  return {
    *[Symbol.iterator]() {
      const folders = new Set<TreePath>();
      for (const entry of scan.entries) {
        const parent = parentOf(entry.path) ?? '';
        if (!wanted.covers(entry.path) || !(way.has(parent) || folders.has(parent))) continue;
        if (entry.kind === 'folder') folders.add(entry.path);
        yield entry;
      }
    },
  };
}

/** Whether more is gone than one would believe without having looked everywhere. */
function hasVanished(
  trees: Trees,
  inScope: readonly Item[],
  ids: ReadonlySet<Digits>,
  told: Iterable<LocalEntry>,
): boolean {
  let paths: Set<TreePath> | undefined;
  let files = 0;
  for (const item of inScope) {
    const { local, base } = item;
    if (local === undefined || base === undefined || trees.frozen.has(item) || ids.has(local.id)) continue;
    if (item.folder) return true;
    paths ??= new Set(Array.from(told, ({ path }) => path));
    if (!paths.has(pathOf(item, 'local'))) files += 1;
  }
  return files > mostGone;
}

/** What was told and was not there before, by its id. */
function strangersAmong(told: Iterable<LocalEntry>, inScope: readonly Item[]): Map<Digits, LocalEntry> {
  const known = new Set(inScope.map((item) => formerPlace(item)?.id));
  const strangers = new Map<Digits, LocalEntry>();
  for (const entry of told) {
    const id = packDigits(entry.id);
    if (!known.has(id)) strangers.set(id, entry);
  }
  return strangers;
}

/** Items from elsewhere with the id of a stranger. */
function holdersOf(
  trees: Trees,
  strangers: ReadonlyMap<Digits, LocalEntry>,
  inScope: readonly Item[],
): Item[] {
  if (strangers.size === 0) return [];
  const scope = new Set(inScope);
  const holders: Item[] = [];
  for (const item of trees.items.values()) {
    const id = formerPlace(item)?.id;
    if (id !== undefined && strangers.has(id) && !scope.has(item)) holders.push(item);
  }
  return holders;
}

/** Whether the stranger with the id of `item` is likely to be what it was. */
function mayBe(item: Item, strangers: ReadonlyMap<Digits, LocalEntry>): boolean {
  const state = formerLocal(item);
  const entry = state === undefined ? undefined : strangers.get(state.id);
  if (state === undefined || entry === undefined || item.folder !== (entry.kind === 'folder')) return false;
  return item.folder || sameBytesLikely(state, { size: entry.size, s: entry.mtime.s, ns: entry.mtime.ns });
}

/** Forgets what was frozen and taken in the part that was looked at. */
function thaw(trees: Trees, inScope: readonly Item[], places: ReadonlyMap<Item, ReadonlySet<string>>): void {
  for (const item of inScope) {
    trees.frozen.delete(item);
    trees.taken.delete(item);
  }
  for (const [folder, names] of places) {
    const taken = trees.taken.get(folder);
    for (const name of names) taken?.delete(name);
    if (taken?.size === 0) trees.taken.delete(folder);
  }
}
