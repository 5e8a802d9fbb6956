import type { TreePath } from '@holdfast/base';

/** More than this, and everything is looked at. */
const most = 5000;

/** What may have changed on the disk since it was looked at last. At first, and in doubt, anything. */
export class ChangedPaths {
  #paths: Set<TreePath> | undefined;

  /** `undefined`: anything. */
  add(paths: readonly TreePath[] | undefined): void {
    if (paths === undefined || this.#paths === undefined) this.#paths = undefined;
    else {
      for (const path of paths) this.#paths.add(path);
      if (this.#paths.size > most) this.#paths = undefined;
    }
  }

  /** Takes all there is, for a look that comes now; undefined: anything. What is added from here on is for the next. */
  take(): readonly TreePath[] | undefined {
    const paths = this.#paths;
    this.#paths = new Set();
    return paths === undefined ? undefined : [...paths];
  }
}
