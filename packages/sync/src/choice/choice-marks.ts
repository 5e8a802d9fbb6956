import type { Item } from '../trees/item.ts';

/**
 * What a person or a rule has decided about an item, beside what is on both sides. `there`: it is on the server
 * only. `hidden`: so is a folder, and all in it but for what says `here`. `ignored`: it was synced before a rule
 * left it out.
 */
export type Choice = 'there' | 'hidden' | 'here' | 'ignored';

/** The choices of a pair, by item: few, beside very many items. */
export class ChoiceMarks {
  readonly #marks = new Map<Item, Choice>();
  /** Items whose choice is not in the journal as it is here. */
  readonly changed = new Set<Item>();

  get size(): number {
    return this.#marks.size;
  }

  get(item: Item): Choice | undefined {
    return this.#marks.get(item);
  }

  set(item: Item, choice: Choice): void {
    if (this.#marks.get(item) === choice) return;
    this.#marks.set(item, choice);
    this.changed.add(item);
  }

  delete(item: Item): void {
    if (this.#marks.delete(item)) this.changed.add(item);
  }

  /** Takes in what the journal holds. */
  load(item: Item, choice: Choice): void {
    this.#marks.set(item, choice);
  }

  [Symbol.iterator](): IterableIterator<[Item, Choice]> {
    return this.#marks[Symbol.iterator]();
  }

  /** Whether an item is to be on the server only: by its own choice, or that of the nearest folder with one. */
  isThere(item: Item): boolean {
    if (this.#marks.size === 0) return false;
    const own = this.#marks.get(item);
    if (own === 'there' || own === 'hidden') return true;
    if (own === 'here') return false;
    for (let at = item.remote?.parent; at !== undefined; at = at.key === 0 ? undefined : at.remote?.parent) {
      const above = this.#marks.get(at);
      if (above === 'hidden') return true;
      if (above === 'here') return false;
    }
    return false;
  }
}
