import { AppError, nameOf, parentOf } from '@holdfast/base';
import type { RemoteEntry } from '@holdfast/client';
import { byDepth } from './by-depth.ts';
import { ChildIndex } from './child-index.ts';
import type { RemoteReading } from './collect-remote.ts';
import { type Digits, type Item, packDigits, type RemoteState, remoteState, sameRemote } from './item.ts';
import { matchRenames } from './match-renames.ts';
import { isPacked, placeOn, remoteIdOf } from './packed-item.ts';
import { addItem, type Trees } from './trees.ts';

/**
 * Takes a complete reading of the server into the trees. An entry is the item with its id; where the server has
 * no stable ids (or the id is new and the old one at that place is gone), the item at the same place; else a new
 * one. Without ids, renamed files are then found by their etag, size and time.
 * Returns whether anything is other than it was known to be.
 * @throws AppError `listing-doubtful` when an entry comes without the folder it is in.
 */
export function readRemote(trees: Trees, reading: RemoteReading, stableIds: boolean): boolean {
  if (!reading.whole && reading.entries.length === 0 && reading.gone.length === 0) return false;
  const relevant = reading.whole ? undefined : namedIn(reading);
  const before = ChildIndex.withGone(trees, 'remote', relevant);
  const after = reading.whole ? new ChildIndex(trees.root) : ChildIndex.of(trees, 'remote', relevant);
  const gone = reading.whole ? undefined : goneItems(reading, before, trees);
  const matcher = new Matcher(
    trees,
    before,
    after,
    stableIds,
    new Set(reading.entries.map((e) => e.id ?? '')),
  );

  for (const entry of byDepth(reading.entries)) {
    if (entry.path === '') {
      // An etag that has come with an empty listing stands for nothing that anybody has seen: look again next time.
      const empty = reading.whole && reading.entries.length === 1 && reading.unchanged.length === 0;
      trees.root.remote = remoteState(empty ? { ...entry, etag: '' } : entry, trees.root, '');
      continue;
    }
    matcher.take(entry);
  }
  for (const path of reading.unchanged) {
    const folder = path === '' ? trees.root : (after.at(path) ?? before.at(path));
    if (folder === undefined) throw doubtful(path);
    matcher.claimed.add(folder);
    keepBelow(folder, before, matcher.claimed);
  }
  const lost = new Set<Item>();
  for (const item of gone ?? []) if (matcher.claimed.has(item)) matcher.replaced.add(item);
  for (const item of matcher.displaced) if (!matcher.claimed.has(item)) gone?.add(item);
  for (const item of trees.items.values()) {
    if (placeOn(item, 'remote') === undefined) continue;
    if (gone === undefined ? !matcher.claimed.has(item) : isGone(item, gone, matcher, trees.root))
      lost.add(item);
  }
  if (!stableIds) matchRenames(trees, lost, matcher.fresh);
  for (const item of lost) item.remote = undefined;
  return matcher.changed || lost.size > 0;
}

/** What an incremental reading can be about, beside folders: whatever has a name that is in it. */
function namedIn(reading: RemoteReading): (item: Item, name: string) => boolean {
  const names = new Set<string>();
  for (const { path } of [...reading.entries, ...reading.gone]) names.add(nameOf(path));
  return (item, name) => item.folder || names.has(name);
}

function goneItems(reading: RemoteReading, before: ChildIndex, trees: Trees): Set<Item> {
  const byId = new Map<Digits, Item>();
  const ids = new Set(reading.gone.map(({ id }) => (id === undefined ? undefined : packDigits(id))));
  for (const item of trees.items.values()) {
    const id = remoteIdOf(item);
    if (id !== undefined && ids.has(id)) byId.set(id, item);
  }
  const gone = new Set<Item>();
  for (const { path, id } of reading.gone) {
    // An id that is unknown here was made and removed between two looks: its path may belong to another one.
    const item = id === undefined ? before.at(path) : byId.get(packDigits(id));
    if (item !== undefined && item !== trees.root) gone.add(item);
  }
  return gone;
}

/**
 * Whether an item is gone by an incremental reading: it was named as gone, or lies in a folder that was. Called
 * after what is there was taken in, so that places are those of now.
 */
function isGone(item: Item, gone: ReadonlySet<Item>, matcher: Matcher, root: Item): boolean {
  let named = matcher.claimed.has(item);
  if (!named && gone.has(item)) return true;
  for (let at = placeOn(item, 'remote')?.parent; at !== undefined && at !== root; at = at.remote?.parent) {
    if (matcher.claimed.has(at)) {
      // A folder that was named is there, with what was in it before, unless another one took its place.
      if (!named && matcher.replaced.has(at)) return true;
      named = true;
    } else if (gone.has(at)) return true;
    // A folder that has no remote state any more takes what was in it along.
    if (at.remote === undefined) return true;
  }
  return false;
}

function keepBelow(folder: Item, before: ChildIndex, claimed: Set<Item>): void {
  for (const child of before.childrenOf(folder)) {
    if (placeOn(child, 'remote')?.parent !== folder || claimed.has(child)) continue;
    claimed.add(child);
    keepBelow(child, before, claimed);
  }
}

class Matcher {
  readonly claimed = new Set<Item>();
  /** Items that this reading has made. */
  readonly fresh: Item[] = [];
  /** Items that another node has taken the place of: what was in them went with the former one. */
  readonly replaced = new Set<Item>();
  /** Items whose place something else has: they are gone, unless they are found elsewhere. */
  readonly displaced = new Set<Item>();
  changed = false;
  readonly #trees: Trees;
  readonly #before: ChildIndex;
  readonly #after: ChildIndex;
  readonly #byId = new Map<string, Item>();
  readonly #seenIds: ReadonlySet<string>;

  constructor(
    trees: Trees,
    before: ChildIndex,
    after: ChildIndex,
    stableIds: boolean,
    seenIds: ReadonlySet<string>,
  ) {
    this.#trees = trees;
    this.#before = before;
    this.#after = after;
    this.#seenIds = seenIds;
    if (!stableIds) return;
    for (const item of trees.items.values()) {
      const id = formerIdOf(item);
      if (id === undefined || !seenIds.has(id)) continue;
      const isThere = isPacked(item) || item.remote !== undefined;
      // One that has lost what was agreed on may be outlived by another item with the same id.
      if (isThere || !this.#byId.has(id)) this.#byId.set(id, item);
    }
  }

  take(entry: RemoteEntry): void {
    const parent = this.#after.at(parentOf(entry.path) ?? '');
    if (parent === undefined || !parent.folder) throw doubtful(entry.path);
    const name = nameOf(entry.path);
    const item = this.#byIdentity(entry) ?? this.#byPlace(entry, parent, name) ?? this.#make(entry);
    this.claimed.add(item);
    const seen = remoteState(entry, parent, name);
    if (isPacked(item) && item.isStillThere(seen)) {
      this.#claimPlace(parent, name, item);
      return;
    }
    const old = item.remote;
    if (old !== undefined) this.#after.unset(old.parent, old.name, item);
    this.#claimPlace(parent, name, item);
    if (old === undefined || !sameRemote(old, seen, item.folder)) this.changed = true;
    if (old !== undefined && old.id !== seen.id) this.replaced.add(item);
    item.remote = agreed(item, seen) ?? carryHash(seen, old);
  }

  #claimPlace(parent: Item, name: string, item: Item): void {
    const former = this.#after.child(parent, name);
    if (former !== undefined && former !== item) this.displaced.add(former);
    this.#after.set(parent, name, item);
  }

  #byIdentity(entry: RemoteEntry): Item | undefined {
    const item = entry.id === undefined ? undefined : this.#byId.get(entry.id);
    return item !== undefined && this.#fits(item, entry) ? item : undefined;
  }

  #byPlace(entry: RemoteEntry, parent: Item, name: string): Item | undefined {
    const item = this.#before.child(parent, name);
    if (item === undefined || !this.#fits(item, entry)) return undefined;
    const id = formerIdOf(item);
    const elsewhere = id !== undefined && id !== entry.id && this.#seenIds.has(id);
    return elsewhere ? undefined : item;
  }

  #fits(item: Item, entry: RemoteEntry): boolean {
    return !this.claimed.has(item) && item.folder === (entry.kind === 'folder');
  }

  #make(entry: RemoteEntry): Item {
    const item = addItem(this.#trees, entry.kind === 'folder');
    this.fresh.push(item);
    return item;
  }
}

/** The id an item has or had on the server, as the server says it. */
function formerIdOf(item: Item): string | undefined {
  if (!isPacked(item)) return (item.remote ?? item.base?.remote)?.id;
  return item.remoteId === undefined ? undefined : String(item.remoteId);
}

/** The agreed state where nothing differs; folders take the new etag along, which says nothing about themselves. */
function agreed(item: Item, seen: RemoteState): RemoteState | undefined {
  const base = item.base;
  if (base === undefined || !sameRemote(base.remote, seen, item.folder)) return undefined;
  if (!item.folder || base.remote.etag === seen.etag) return base.remote;
  item.base = { ...base, remote: seen };
  return seen;
}

/** What was found out about the bytes holds as long as the etag does. */
function carryHash(seen: RemoteState, old: RemoteState | undefined): RemoteState {
  if (old !== undefined && seen.sha === undefined && seen.etag !== '' && old.etag === seen.etag) {
    if (old.size === seen.size) seen.sha = old.sha;
  }
  return seen;
}

function doubtful(path: string): AppError {
  return new AppError('listing-doubtful', {
    path,
    message: 'The listing of the server does not fit together. Nothing was removed because of it.',
  });
}
