import { AsideItems } from '../choice/aside-items.ts';
import { itemsBelow } from '../choice/find-item.ts';
import { settleChoices } from '../choice/settle-choices.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import { type Item, pathOf } from '../trees/item.ts';
import { readLocal } from '../trees/read-local.ts';
import { readRemote } from '../trees/read-remote.ts';
import { isSettled } from '../trees/trees.ts';
import { ModelWorld, modelPolicy } from './model-world.ts';

/** One choice of a user; the number chooses among what is there. */
export interface ChoosingAct {
  readonly kind: 'free' | 'hide' | 'fetch' | 'rules';
  readonly at: number;
}

/** What the rules of a model leave out: by name, and one of them only folders. */
const rulesOf = [[], ['b'], ['a.txt', 'c/'], ['b', 'A']] as const;

/** A world of which parts are left out, by choice and by rules. */
export class ChoosingWorld extends ModelWorld {
  rules: readonly string[] = [];
  readonly #aside = new AsideItems(this.trees, (path, folder) => this.ignores(path, folder));

  get policy(): PlanPolicy {
    return { ...modelPolicy, isAside: (item) => this.#aside.has(item) };
  }

  ignores(path: string, folder: boolean): boolean {
    const names = path.split('/');
    return names.some((name, at) => {
      const isFolder = folder || at < names.length - 1;
      return this.rules.includes(name) || (isFolder && this.rules.includes(`${name}/`));
    });
  }

  override observe(): void {
    const { entries } = this.model.local.scan();
    const all = [...entries];
    const out = all.filter(({ path, kind }) => this.ignores(path, kind === 'folder'));
    const paths = new Set(out.map(({ path }) => path));
    const topmost = out.filter(({ path }) => !paths.has(path.slice(0, Math.max(0, path.lastIndexOf('/')))));
    readLocal(this.trees, {
      entries: all.filter(({ path }) => !paths.has(path)),
      problems: topmost.map(({ path }) => ({ path, reason: 'ignored' })),
    });
    readRemote(this.trees, this.model.remote.reading(this.model.checksums), true);
  }

  override settle(): void {
    this.#aside.reset();
    settleChoices(this.trees, (path, folder) => this.ignores(path, folder), this.#aside);
  }

  /** To be called when both sides were just made equal. */
  choose({ kind, at }: ChoosingAct): void {
    const { trees } = this;
    const items = [...trees.items.values()];
    const item = items[at % Math.max(1, items.length)];
    if (kind === 'rules') this.rules = rulesOf[at % rulesOf.length] ?? [];
    else if (item === undefined) return;
    else if (kind === 'fetch') {
      for (const one of [item, ...itemsBelow(trees, item, 'remote')]) {
        if (trees.choices.get(one) !== 'ignored') trees.choices.delete(one);
      }
      if (trees.choices.isThere(item)) trees.choices.set(item, 'here');
    } else {
      const here = [item, ...(item.folder ? itemsBelow(trees, item, 'local') : [])];
      if (kind === 'hide') for (const one of here) if (one.folder) trees.choices.set(one, 'hidden');
      for (const one of here) if (!one.folder) this.#free(one);
      if (kind === 'hide') for (const one of here.reverse()) if (one.folder) this.#removeEmpty(one);
    }
  }

  /** Items on the server that are left alone, and nothing of which is here. */
  asideItems(): Item[] {
    return [...this.trees.items.values()].filter((item) => this.#aside.has(item));
  }

  #free(item: Item): void {
    const { local, remote } = item;
    if (local === undefined || remote === undefined || !isSettled(item) || this.trees.frozen.has(item))
      return;
    this.trees.choices.set(item, 'there');
    this.model.local.remove(String(local.id), false);
    item.local = undefined;
  }

  #removeEmpty(folder: Item): void {
    const id = folder.local === undefined ? undefined : String(folder.local.id);
    if (id === undefined || folder.remote === undefined || this.trees.frozen.has(folder)) return;
    if ([...this.model.local.nodes.values()].some(({ parent }) => parent === id)) return;
    this.model.local.remove(id, false);
    folder.local = undefined;
  }

  /** Contents of local files that rules leave out. */
  ignoredHere(): string[] {
    return [...this.model.local.nodes.values()].flatMap((node) =>
      !node.folder && this.ignores(this.model.local.path(node), false) ? node.content : [],
    );
  }

  /** Contents of local files that are no other side of something on the server. */
  contentsHereOnly(): string[] {
    const both = new Set<string>();
    for (const { local, remote } of this.trees.items.values()) {
      if (local !== undefined && remote !== undefined) both.add(String(local.id));
    }
    return [...this.model.local.nodes.values()].flatMap(({ id, folder, content }) =>
      folder || both.has(id) ? [] : content,
    );
  }

  /** Content of an item on the server. */
  contentThere(item: Item): string | undefined {
    const node = this.model.remote.nodes.get(String(item.remote?.id));
    return node === undefined || node.folder ? undefined : node.content;
  }

  /** How many files on the server have a content. */
  copiesThere(content: string): number {
    return [...this.model.remote.nodes.values()].filter((node) => node.content === content).length;
  }

  /** What stands in the way of equal trees and is not left out on purpose. */
  leftovers(): string[] {
    return [...this.trees.items.values()]
      .filter((item) => !isSettled(item) && !this.trees.frozen.has(item) && !this.#aside.has(item))
      .map((item) => pathOf(item, 'remote'));
  }
}
