import { mapName, type NameRules } from '../plan/name-rules.ts';
import { ChildIndex } from './child-index.ts';
import { localChange, remoteChange } from './content-change.ts';
import type { Item } from './item.ts';
import { isPacked } from './packed-item.ts';
import { removeItem, type Trees } from './trees.ts';

/**
 * Makes one item of two that were made at the same place on both sides, each known on one side only. Folders are
 * merged this way, with all that is in them, and equal files are found without a transfer. What either was agreed
 * on before is forgotten, so that nothing is overwritten or removed because of it (R2).
 */
export function pairNew(trees: Trees, names: MappedNames = {}): void {
  const single: Item[] = [];
  const only = { local: false, remote: false };
  for (const item of trees.items.values()) {
    if (isPacked(item)) continue;
    const here = item.local !== undefined;
    if (here === (item.remote !== undefined) || trees.frozen.has(item) || isLeftover(item)) continue;
    only[here ? 'local' : 'remote'] = true;
    single.push(item);
  }
  if (!only.local || !only.remote) return;
  const remotes = ChildIndex.of(trees, 'remote');
  const byFold = new FoldIndex(single, names);
  const merged = new Map<Item, Item>();
  for (const item of topDown(single.filter((one) => one.local !== undefined))) {
    const place = item.local;
    if (place === undefined) continue;
    const exact = remotes.child(place.parent, place.name);
    const alike = byFold.find(place);
    const other = fits(item, exact)
      ? exact
      : item.base === undefined && alike?.base === undefined
        ? alike
        : undefined;
    if (other === undefined || !fits(item, other) || other.remote?.parent !== place.parent) continue;
    item.remote = other.remote;
    item.base = undefined;
    other.remote = undefined;
    for (const child of remotes.childrenOf(other)) {
      if (child.remote?.parent !== other) continue;
      const same = child.base?.remote === child.remote;
      child.remote = { ...child.remote, parent: item };
      if (same && child.base !== undefined) child.base = { ...child.base, remote: child.remote };
      remotes.set(item, child.remote.name, child);
      byFold.add(child);
    }
    // A folder made here in the place of a hidden one hides what it did; a file that is here is here.
    const choice = trees.choices.get(other);
    if (choice !== undefined && item.folder) trees.choices.set(item, choice);
    removeItem(trees, other);
    merged.set(other, item);
  }
  if (merged.size > 0) renameParents(trees, merged);
}

/** Points merge bases that name an item which is no more to the one it has become. */
function renameParents(trees: Trees, merged: ReadonlyMap<Item, Item>): void {
  for (const item of trees.items.values()) {
    // What is packed lies in a folder that is on both sides.
    if (isPacked(item)) continue;
    const base = item.base;
    if (base === undefined) continue;
    const local = merged.get(base.local.parent);
    const remote = merged.get(base.remote.parent);
    if (local === undefined && remote === undefined) continue;
    const moved = {
      local: local === undefined ? base.local : { ...base.local, parent: local },
      remote: remote === undefined ? base.remote : { ...base.remote, parent: remote },
      sha: base.sha,
      ...(base.unproven === undefined ? {} : { unproven: base.unproven }),
    };
    if (item.local === base.local) item.local = moved.local;
    if (item.remote === base.remote) item.remote = moved.remote;
    item.base = moved;
  }
}

/** A file that was removed on one side and (as far as is known yet) left alone on the other: it will go there too. */
function isLeftover({ folder, local, remote, base }: Item): boolean {
  if (folder || base === undefined) return false;
  const now = local ?? remote;
  const was = local === undefined ? base.remote : base.local;
  if (now === undefined || now.parent !== was.parent || now.name !== was.name) return false;
  return local !== undefined
    ? localChange(local, base) !== 'changed'
    : remote !== undefined && remoteChange(remote, base) === 'same';
}

function fits(item: Item, other: Item | undefined): other is Item {
  return (
    other !== undefined &&
    other !== item &&
    !isLeftover(other) &&
    other.folder === item.folder &&
    other.local === undefined &&
    other.remote !== undefined &&
    item.remote === undefined
  );
}

/** How each side holds names that it cannot hold as they are; as they are unless given. */
export interface MappedNames {
  readonly localNames?: NameRules;
  readonly remoteNames?: NameRules;
}

/** What is on the server alone, by the names that it would have here. */
class FoldIndex {
  readonly #names = new Map<Item, Map<string, Item>>();
  readonly #rules: MappedNames;

  constructor(items: readonly Item[], rules: MappedNames) {
    this.#rules = rules;
    for (const item of items) this.add(item);
  }

  add(item: Item): void {
    if (item.remote === undefined || item.local !== undefined) return;
    const { parent, name } = item.remote;
    const names = this.#names.get(parent) ?? new Map<string, Item>();
    this.#names.set(parent, names);
    for (const key of keysOf(name, this.#rules.localNames)) if (!names.has(key)) names.set(key, item);
  }

  /** The one that a local name may stand for: the same to Unicode, or what either has become by being mapped. */
  find(place: { readonly parent: Item; readonly name: string }): Item | undefined {
    const names = this.#names.get(place.parent);
    if (names === undefined) return undefined;
    for (const key of keysOf(place.name, this.#rules.remoteNames)) {
      const found = names.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function keysOf(name: string, rules: NameRules | undefined): string[] {
  const own = name.normalize('NFC');
  const mapped = rules === undefined ? undefined : mapName(name, rules)?.normalize('NFC');
  return mapped === undefined || mapped === own ? [own] : [own, mapped];
}

/** Items whose local parent is in the list come after it. */
function topDown(items: readonly Item[]): Item[] {
  const depthOf = (item: Item): number => {
    let depth = 0;
    for (let at: Item | undefined = item; at !== undefined && at.key !== 0; at = at.local?.parent) depth += 1;
    return depth;
  };
  return items
    .map((item) => ({ item, depth: depthOf(item) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ item }) => item);
}
