import { type Item, pathOf } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';
import { ruleFileName } from './ignore-rules.ts';

/** Says whether a rule leaves out what is at a path. */
export type PathRule = (path: string, folder: boolean) => boolean;

/**
 * Items that are on the server and on purpose not here: by choice, or because a rule leaves them out. They are left
 * alone and are no problem.
 */
export class AsideItems {
  readonly #trees: Trees;
  readonly #ignores: PathRule;
  readonly #links: boolean;
  /** By key: 0 for not looked at, 1 for no, 2 for yes. A rule is looked at once until something has moved. */
  #byRule = new Uint8Array(0);

  /** `links`: symbolic links are synced as such; otherwise those on the server stay there. */
  constructor(trees: Trees, ignores: PathRule, links = true) {
    this.#trees = trees;
    this.#ignores = ignores;
    this.#links = links;
  }

  /** To be called when rules, or places on the server, may be others than before. */
  reset(): void {
    this.#byRule = new Uint8Array(0);
  }

  has(item: Item): boolean {
    const { local, remote, base } = item;
    if (local !== undefined || base !== undefined || remote === undefined) return false;
    // Rules hold for what is beside them, also in a folder that is hidden.
    const isRules = remote.name === ruleFileName && !item.folder && remote.parent.local !== undefined;
    return (!isRules && this.#trees.choices.isThere(item)) || this.isIgnored(item);
  }

  /** Whether what an item is on the server is left out: by a rule for its place there, or as a link. */
  isIgnored(item: Item): boolean {
    if (item.remote === undefined) return false;
    if (item.remote.link && !this.#links) return true;
    const known = this.#byRule[item.key] ?? 0;
    if (known !== 0) return known === 2;
    const ignored = this.#ignores(pathOf(item, 'remote'), item.folder);
    if (item.key >= this.#byRule.length) {
      const more = new Uint8Array(Math.max(item.key + 1, this.#trees.nextKey));
      more.set(this.#byRule);
      this.#byRule = more;
    }
    this.#byRule[item.key] = ignored ? 2 : 1;
    return ignored;
  }
}
