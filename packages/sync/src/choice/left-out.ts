import type { ScanFilter } from '@holdfast/localfs';
import type { Op } from '../plan/op.ts';
import type { Item } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';
import { AsideItems } from './aside-items.ts';
import { type IgnoreRules, ruleFileName } from './ignore-rules.ts';
import { settleChoices } from './settle-choices.ts';

/** What one run leaves out of the trees of a pair: by rules, and by choice. */
export class LeftOut {
  readonly rules: IgnoreRules;
  readonly #trees: Trees;
  readonly #links: boolean;
  readonly #aside: AsideItems;
  #moved = true;

  /** `links`: symbolic links are synced as such. */
  constructor(trees: Trees, rules: IgnoreRules, links: boolean) {
    this.#trees = trees;
    this.rules = rules;
    this.#links = links;
    this.#aside = new AsideItems(trees, (path, folder) => rules.ignores(path, folder), links);
  }

  /** For a look at everything. */
  filterWhole(): ScanFilter {
    return this.rules.filterWhole(this.#links);
  }

  /** For a look at a part in which no rules have changed. */
  filterPart(): ScanFilter {
    return this.rules.filterPart(this.#links);
  }

  /** Whether an item is on the server and on purpose not here. */
  readonly isAside = (item: Item): boolean => this.#aside.has(item);

  /** To be called when rules, or places on the server, may be others than before. */
  moved(): void {
    this.#moved = true;
  }

  /** To be called before planning. */
  settle(): void {
    if (this.#moved) this.#aside.reset();
    this.#moved = false;
    settleChoices(this.#trees, (path, folder) => this.rules.ignores(path, folder), this.#aside);
  }
}

/**
 * Files of rules that come from the server, or go with it, are seen to before all else: what they leave out must not
 * be sent or fetched on the way. All of `ops` where there are none.
 */
export function rulesFirst(ops: readonly Op[]): readonly Op[] {
  const first = new Set<Op>();
  const add = (op: Op): void => {
    first.add(op);
    for (const need of op.needs) add(need);
  };
  for (const op of ops) if (changesRules(op)) add(op);
  return first.size === 0 ? ops : ops.filter((op) => first.has(op));
}

/** Whether carrying out an operation may change the rules that hold here. */
export function changesRules(op: Op): boolean {
  if (op.item.folder) return false;
  const { local, remote } = op.item;
  if (local?.name !== ruleFileName && remote?.name !== ruleFileName) return false;
  if (op.kind === 'move' || op.kind === 'delete') return op.side === 'local';
  return op.kind === 'download' || op.kind === 'hash' || op.kind === 'compare' || op.kind === 'set-aside';
}
