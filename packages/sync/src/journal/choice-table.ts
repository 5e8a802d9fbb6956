import type Database from 'better-sqlite3';
import type { Choice } from '../choice/choice-marks.ts';
import type { Trees } from '../trees/trees.ts';

/** What people and rules have decided about items, by the key of the item; 0 is the root. */
export class ChoiceTable {
  readonly #all: Database.Statement;
  readonly #put: Database.Statement;
  readonly #drop: Database.Statement;

  constructor(db: Database.Database) {
    this.#all = db.prepare('SELECT key, choice FROM choice').raw();
    this.#put = db.prepare('INSERT OR REPLACE INTO choice VALUES (?, ?)');
    this.#drop = db.prepare('DELETE FROM choice WHERE key = ?');
  }

  /** Nobody has decided anything: the trees need not be read to know. */
  isEmpty(): boolean {
    return this.#all.get() === undefined;
  }

  /** Takes the choices into trees that were just read; those about items that are no more say nothing. */
  load(trees: Trees): void {
    for (const [key, choice] of this.#all.iterate() as IterableIterator<[number, Choice]>) {
      const item = key === 0 ? trees.root : trees.items.get(key);
      if (item !== undefined) trees.choices.load(item, choice);
      // The number of such a one is not given again.
      trees.nextKey = Math.max(trees.nextKey, key + 1);
    }
  }

  /** Writes what has changed. */
  save({ choices }: Trees): void {
    for (const item of choices.changed) {
      const choice = choices.get(item);
      if (choice === undefined) this.#drop.run(item.key);
      else this.#put.run(item.key, choice);
    }
  }
}
