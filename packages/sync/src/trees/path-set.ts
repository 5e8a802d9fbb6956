import { parentOf, type TreePath } from '@holdfast/base';

/** Some paths with all that is below them; none of them is below another one. */
export class PathSet implements Iterable<TreePath> {
  readonly #paths: Set<TreePath>;

  constructor(paths: Iterable<TreePath>) {
    this.#paths = new Set(paths);
    for (const path of this.#paths) {
      const parent = parentOf(path);
      if (parent !== undefined && this.covers(parent)) this.#paths.delete(path);
    }
  }

  /** Whether this very path is one of them. */
  has(path: TreePath): boolean {
    return this.#paths.has(path);
  }

  /** Whether `path` is one of them or below one. */
  covers(path: TreePath): boolean {
    for (let at: TreePath | undefined = path; at !== undefined; at = parentOf(at)) {
      if (this.#paths.has(at)) return true;
    }
    return false;
  }

  [Symbol.iterator](): Iterator<TreePath> {
    return this.#paths.values();
  }
}
