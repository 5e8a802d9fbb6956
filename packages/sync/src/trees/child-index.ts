import { namesOf, type TreePath } from '@holdfast/base';
import type { Item } from './item.ts';
import { isPacked, placeOn } from './packed-item.ts';
import type { Trees } from './trees.ts';

type Relevant = (item: Item, name: string) => boolean;

const all: Relevant = () => true;

/** Finds items of one side by their place. Made when it is needed and thrown away after. */
export class ChildIndex {
  readonly #root: Item;
  readonly #children = new Map<Item, Map<string, Item>>();

  constructor(root: Item) {
    this.#root = root;
  }

  /** The index of what is there on `side`; only of what is `relevant`. */
  static of(trees: Trees, side: 'local' | 'remote', relevant: Relevant = all): ChildIndex {
    const index = new ChildIndex(trees.root);
    for (const item of trees.items.values()) {
      const place = placeOn(item, side);
      if (place !== undefined && relevant(item, place.name)) index.set(place.parent, place.name, item);
    }
    return index;
  }

  /** As `of`, and what is gone stands where it was when both sides last agreed, unless that place is taken. */
  static withGone(trees: Trees, side: 'local' | 'remote', relevant: Relevant = all): ChildIndex {
    const index = ChildIndex.of(trees, side, relevant);
    for (const item of trees.items.values()) {
      if (isPacked(item)) continue;
      const was = item[side] === undefined ? item.base?.[side] : undefined;
      if (was === undefined || !relevant(item, was.name)) continue;
      if (index.child(was.parent, was.name) === undefined) {
        index.set(was.parent, was.name, item);
      }
    }
    return index;
  }

  child(parent: Item, name: string): Item | undefined {
    return this.#children.get(parent)?.get(name);
  }

  /** All items directly in `parent`. */
  childrenOf(parent: Item): Iterable<Item> {
    return this.#children.get(parent)?.values() ?? [];
  }

  set(parent: Item, name: string, item: Item): void {
    let names = this.#children.get(parent);
    if (names === undefined) {
      names = new Map();
      this.#children.set(parent, names);
    }
    names.set(name, item);
  }

  /** Takes `item` out of its place; does nothing when another one is there by now. */
  unset(parent: Item, name: string, item: Item): void {
    const names = this.#children.get(parent);
    if (names?.get(name) === item) names.delete(name);
  }

  at(path: TreePath): Item | undefined {
    let item: Item | undefined = this.#root;
    for (const name of namesOf(path)) {
      item = this.child(item, name);
      if (item === undefined) return undefined;
    }
    return item;
  }
}
