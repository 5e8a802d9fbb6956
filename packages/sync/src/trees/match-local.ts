import type { LocalEntry } from '@holdfast/localfs';
import type { FormerPlaces } from './former-places.ts';
import { type Digits, type Item, type LocalState, packDigits } from './item.ts';
import { ItemMarks } from './item-marks.ts';
import { formerPlace, isPacked } from './packed-item.ts';
import { addItem, type Trees } from './trees.ts';

/** The local state of an item that is or was there. */
export function formerLocal(item: Item): LocalState | undefined {
  return item.local ?? item.base?.local;
}

/** Finds out which item is which entry of a look; see `readLocal`. */
export class LocalMatcher {
  readonly claimed: ItemMarks;
  readonly #trees: Trees;
  readonly #before: FormerPlaces;
  readonly #entries: Iterable<LocalEntry>;
  readonly #candidates: Iterable<Item>;
  readonly #moved: LocalState[] = [];
  // Made only when something is not where it was: most scans find everything in its place.
  #known: ReadonlyMap<Digits, Item> | undefined;
  #seen: ReadonlySet<Digits> | undefined;

  /** `candidates`: in the order of their keys, all items that one of `entries` may be. */
  constructor(trees: Trees, before: FormerPlaces, entries: Iterable<LocalEntry>, candidates: Iterable<Item>) {
    this.#trees = trees;
    this.#before = before;
    this.#entries = entries;
    this.#candidates = candidates;
    this.claimed = new ItemMarks(trees.nextKey);
  }

  #byId(id: Digits): Item | undefined {
    this.#known ??= indexById(this.#candidates);
    return this.#known.get(id);
  }

  #isSeen(id: Digits): boolean {
    this.#seen ??= new Set(Array.from(this.#entries, (entry) => packDigits(entry.id)));
    return this.#seen.has(id);
  }

  folder(seen: LocalState): Item {
    const there = this.#before.child(seen.parent, seen.name);
    const item =
      this.#free(there, true, (item) => formerPlace(item)?.id === seen.id) ??
      this.#free(this.#byId(seen.id), true, () => true) ??
      this.#free(there, true, (item) => !this.#isSeen(formerPlace(item)?.id ?? '')) ??
      addItem(this.#trees, true);
    this.#claim(item, seen);
    return item;
  }

  /** Takes a file that is still in its place; the others have to wait until all of these are known. */
  file(seen: LocalState): void {
    const there = this.#before.child(seen.parent, seen.name);
    const item = this.#free(there, false, (item) => formerPlace(item)?.id === seen.id);
    if (item === undefined) this.#moved.push(seen);
    else this.#claim(item, seen);
  }

  /** Finds out what the files are that were not in their place. */
  settleMoved(): void {
    const rest: LocalState[] = [];
    for (const seen of this.#moved) {
      const item = this.#free(this.#byId(seen.id), false, (one) => hasLikely(one, seen));
      if (item === undefined) rest.push(seen);
      else this.#claim(item, seen);
    }
    for (const seen of rest) {
      const there = this.#before.child(seen.parent, seen.name);
      this.#claim(this.#free(there, false, () => true) ?? addItem(this.#trees, false), seen);
    }
  }

  #free(item: Item | undefined, folder: boolean, fits: (item: Item) => boolean): Item | undefined {
    if (item === undefined || item.folder !== folder || this.claimed.has(item)) return undefined;
    return formerPlace(item) !== undefined && fits(item) ? item : undefined;
  }

  #claim(item: Item, seen: LocalState): void {
    this.claimed.add(item);
    if (isPacked(item) && item.isStill(seen)) return;
    const base = item.base?.local;
    if (base !== undefined && isStill(base, seen, item.folder)) item.local = base;
    else if (item.local === undefined || !isStill(item.local, seen, item.folder)) item.local = seen;
  }
}

/** Ids are taken in the order of the items: a new item cannot take one from an older one. */
function indexById(candidates: Iterable<Item>): ReadonlyMap<Digits, Item> {
  const byId = new Map<Digits, Item>();
  for (const item of candidates) {
    const id = formerPlace(item)?.id;
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
      state.executable === seen.executable &&
      state.link === seen.link)
  );
}

function hasLikely(item: Item, seen: LocalState): boolean {
  const state = formerLocal(item);
  return state !== undefined && sameBytesLikely(seen, state);
}

/** Whether two states of a file are likely to have the same bytes. */
export function sameBytesLikely(a: BytesFacts, b: BytesFacts): boolean {
  return a.size === b.size && a.s === b.s && a.ns === b.ns;
}

type BytesFacts = Pick<LocalState, 'size' | 's' | 'ns'>;
