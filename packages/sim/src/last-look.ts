import { isWithin, type TreePath } from '@holdfast/base';
import type { PlainTree } from './place.ts';

/** What a server has shown to a client last, and where: all that the client can know of what lies in a folder. */
export class LastLook {
  #shown: PlainTree = new Map();

  /** The client reads the whole listing. */
  take(tree: PlainTree): void {
    this.#shown = new Map(tree);
  }

  /** The client itself has moved something: it knows that it is there now. */
  moved(from: TreePath, to: TreePath): void {
    const shown = new Map<TreePath, string | undefined>();
    for (const [path, text] of this.#shown) {
      if (isWithin(path, from)) shown.set(`${to}${path.slice(from.length)}`, text);
      else if (!isWithin(path, to)) shown.set(path, text);
    }
    this.#shown = shown;
  }

  /**
   * The texts in a folder that the client has not seen there: written since, or moved there from where it has seen
   * them. Of the path itself, if it is a file, only a text that was nowhere: its own etag guards it.
   */
  notSeenIn(path: TreePath, tree: PlainTree): string[] {
    const anywhere = new Set(this.#shown.values());
    return [...tree].flatMap(([one, text]) => {
      if (text === undefined || !isWithin(one, path)) return [];
      return (one === path ? anywhere.has(text) : this.#shown.get(one) === text) ? [] : [text];
    });
  }
}
