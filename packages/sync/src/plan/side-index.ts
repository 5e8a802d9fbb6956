import type { Item } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';

const none: readonly Item[] = [];

/** What is in which folder on one side at present. */
export class SideIndex {
  readonly #side: 'local' | 'remote';
  readonly #children = new Map<Item, Item[]>();
  readonly #named = new Map<Item, Map<string, Item[]>>();

  constructor(trees: Trees, side: 'local' | 'remote') {
    this.#side = side;
    for (const item of trees.items.values()) {
      const state = item[side];
      if (state === undefined) continue;
      const siblings = this.#children.get(state.parent);
      if (siblings === undefined) this.#children.set(state.parent, [item]);
      else siblings.push(item);
    }
  }

  childrenOf(folder: Item): readonly Item[] {
    return this.#children.get(folder) ?? none;
  }

  /** Those in `folder` whose name is `folded` when it is folded by `fold`, which is the same in all calls. */
  named(folder: Item, folded: string, fold: (name: string) => string): readonly Item[] {
    let names = this.#named.get(folder);
    if (names === undefined) {
      names = new Map();
      this.#named.set(folder, names);
      for (const child of this.childrenOf(folder)) {
        const key = fold(child[this.#side]?.name ?? '');
        const others = names.get(key);
        if (others === undefined) names.set(key, [child]);
        else others.push(child);
      }
    }
    return names.get(folded) ?? none;
  }
}
