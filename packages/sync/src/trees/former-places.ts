import type { Item } from './item.ts';
import { formerPlace, isPacked } from './packed-item.ts';

interface Contents {
  readonly names: string[];
  readonly items: Item[];
}

/**
 * Finds items by where they were locally when this was made: those that are there, and those that are gone where
 * their place is not taken. Keeps a table of one folder at a time: quick and small where the questions come folder
 * by folder, as in a scan.
 */
export class FormerPlaces {
  readonly #there = new Map<Item, Contents>();
  readonly #gone = new Map<Item, Contents>();
  #folder: Item | undefined;
  #table: ReadonlyMap<string, Item> = new Map();

  constructor(items: Iterable<Item>) {
    for (const item of items) {
      const state = formerPlace(item);
      if (state === undefined) continue;
      const isThere = isPacked(item) || item.local !== undefined;
      const index = isThere ? this.#there : this.#gone;
      let contents = index.get(state.parent);
      if (contents === undefined) {
        contents = { names: [], items: [] };
        index.set(state.parent, contents);
      }
      contents.names.push(state.name);
      contents.items.push(item);
    }
  }

  child(folder: Item, name: string): Item | undefined {
    return this.#tableOf(folder).get(name);
  }

  /** All items directly in `folder`. */
  childrenOf(folder: Item): readonly Item[] {
    return [...this.#tableOf(folder).values()];
  }

  #tableOf(folder: Item): ReadonlyMap<string, Item> {
    if (this.#folder === folder) return this.#table;
    const table = new Map<string, Item>();
    const there = this.#there.get(folder);
    for (const [at, name] of there?.names.entries() ?? []) put(table, name, there?.items[at]);
    const gone = this.#gone.get(folder);
    for (const [at, name] of gone?.names.entries() ?? []) {
      if (!table.has(name)) put(table, name, gone?.items[at]);
    }
    this.#folder = folder;
    this.#table = table;
    return table;
  }
}

function put(table: Map<string, Item>, name: string, item: Item | undefined): void {
  if (item !== undefined) table.set(name, item);
}
