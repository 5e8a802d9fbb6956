import type { Item } from '../trees/item.ts';
import { placeOn } from '../trees/packed-item.ts';
import type { Trees } from '../trees/trees.ts';

const none: readonly Item[] = [];

/**
 * What is in which folder on one side at present. Lists of keys, threaded through three arrays: most plans ask about
 * few folders of very many.
 */
export class SideIndex {
  readonly #items: ReadonlyMap<number, Item>;
  readonly #side: 'local' | 'remote';
  /** By the key of a folder: the keys of the first and the last one in it. 0: none. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** By the key of an item: the key of the next one in the same folder. */
  readonly #next: Int32Array;
  readonly #named = new Map<Item, Map<string, Item[]>>();

  constructor(trees: Trees, side: 'local' | 'remote') {
    this.#items = trees.items;
    this.#side = side;
    this.#first = new Int32Array(trees.nextKey);
    this.#last = new Int32Array(trees.nextKey);
    this.#next = new Int32Array(trees.nextKey);
    for (const item of trees.items.values()) {
      const folder = placeOn(item, side)?.parent.key;
      if (folder === undefined) continue;
      const before = this.#last[folder] ?? 0;
      if (before === 0) this.#first[folder] = item.key;
      else this.#next[before] = item.key;
      this.#last[folder] = item.key;
    }
  }

  childrenOf(folder: Item): readonly Item[] {
    let key = this.#first[folder.key] ?? 0;
    if (key === 0) return none;
    const children: Item[] = [];
    for (; key !== 0; key = this.#next[key] ?? 0) {
      const item = this.#items.get(key);
      if (item !== undefined) children.push(item);
    }
    return children;
  }

  /** Those in `folder` whose name is `folded` when it is folded by `fold`, which is the same in all calls. */
  named(folder: Item, folded: string, fold: (name: string) => string): readonly Item[] {
    let names = this.#named.get(folder);
    if (names === undefined) {
      names = new Map();
      this.#named.set(folder, names);
      for (const child of this.childrenOf(folder)) {
        const key = fold(placeOn(child, this.#side)?.name ?? '');
        const others = names.get(key);
        if (others === undefined) names.set(key, [child]);
        else others.push(child);
      }
    }
    return names.get(folded) ?? none;
  }
}
