import type { Item } from './item.ts';

/** A set of items of one tree: a byte for each key, where a `Set` of all items takes forty. */
export class ItemMarks {
  #marks: Uint8Array;

  /** `expected`: about how high keys go. */
  constructor(expected: number) {
    this.#marks = new Uint8Array(expected + 1);
  }

  has(item: Item): boolean {
    return this.#marks[item.key] === 1;
  }

  add(item: Item): void {
    if (item.key >= this.#marks.length) {
      const more = new Uint8Array(Math.max(item.key + 1, this.#marks.length * 2));
      more.set(this.#marks);
      this.#marks = more;
    }
    this.#marks[item.key] = 1;
  }
}
