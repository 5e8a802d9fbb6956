import { nameOf, namesOf, parentOf, type TreePath } from '@holdfast/base';
import { isBookkeepingName } from './own-names.ts';

/** How long changes are collected before they are told, in milliseconds. */
const settleMs = 50;
/** With so many events at once some are likely to be lost: the system keeps 16,384 for whoever does not read them. */
const mostEvents = 4096;

/** Tells what has changed: paths, or `undefined` for anything. */
export type OnChange = (paths: readonly TreePath[] | undefined) => void;

/** Collects events of a watcher and tells them together. */
export class DirtyPaths implements Disposable {
  readonly #onChange: OnChange;
  readonly #prepare: (paths: ReadonlySet<TreePath>) => void;
  #paths = new Set<TreePath>();
  #events = 0;
  #anything = false;
  #timer: NodeJS.Timeout | undefined;

  /** `prepare` is called with what will be told, right before. */
  constructor(onChange: OnChange, prepare: (paths: ReadonlySet<TreePath>) => void = () => {}) {
    this.#onChange = onChange;
    this.#prepare = prepare;
  }

  /** Something happened at `path`, which is said the way the system says it. */
  add(path: TreePath): void {
    if (namesOf(path).some(isBookkeepingName)) return;
    this.#events += 1;
    // A name that is not UTF-8 cannot be looked at by itself.
    this.#paths.add(nameOf(path).includes('\uFFFD') ? (parentOf(path) ?? '') : path);
    this.#schedule();
  }

  addAnything(): void {
    this.#anything = true;
    this.#schedule();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#tell(), settleMs);
  }

  #tell(): void {
    this.#timer = undefined;
    const paths = this.#paths;
    this.#paths = new Set();
    const anything = this.#anything || this.#events > mostEvents;
    this.#events = 0;
    this.#anything = false;
    this.#prepare(paths);
    this.#onChange(anything ? undefined : [...paths]);
  }
}
