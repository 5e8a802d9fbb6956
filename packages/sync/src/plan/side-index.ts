import type { Item } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';

const none: readonly Item[] = [];

/** What is in which folder on one side at present. */
export class SideIndex {
  readonly #children = new Map<Item, Item[]>();

  constructor(trees: Trees, side: 'local' | 'remote') {
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
}
