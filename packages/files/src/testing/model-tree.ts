import { isWithin, nameOf, parentOf, rebase, type TreePath } from '@holdfast/base';

/** What the model keeps of a node; files have bytes. */
interface ModelNode {
  readonly content: string | undefined;
}

/** The plainest tree that behaves as `Files` promises: a map from path to node. Answers with error codes. */
export class ModelTree {
  #nodes = new Map<TreePath, ModelNode>();

  /** Every path with its content, folders with `undefined`. */
  entries(): [TreePath, string | undefined][] {
    return [...this.#nodes]
      .map(([path, node]): [TreePath, string | undefined] => [path, node.content])
      .sort();
  }

  write(path: TreePath, content: string): string {
    if (this.#isFolder(path)) return 'is-a-folder';
    const blocked = this.#parentFault(path);
    if (blocked !== undefined) return blocked;
    this.#nodes.set(path, { content });
    return 'ok';
  }

  /** Puts `text` into a file. */
  insert(path: TreePath, text: string, at: number): string {
    const old = this.#nodes.get(path)?.content;
    if (old === undefined) return 'no file';
    this.#nodes.set(path, { content: old.slice(0, at) + text + old.slice(at) });
    return 'ok';
  }

  mkdir(path: TreePath): string {
    if (path === '' || this.#nodes.has(path)) return 'already-exists';
    const blocked = this.#parentFault(path);
    if (blocked !== undefined) return blocked;
    this.#nodes.set(path, { content: undefined });
    return 'ok';
  }

  remove(path: TreePath): string {
    if (path === '') return 'forbidden';
    if (!this.#nodes.has(path)) return 'not-found';
    for (const [at] of this.#below(path)) this.#nodes.delete(at);
    return 'ok';
  }

  touch(path: TreePath): string {
    return path === '' || this.#nodes.has(path) ? 'ok' : 'not-found';
  }

  move(from: TreePath, to: TreePath, overwrite: boolean): string {
    return this.#transfer(from, to, overwrite, true);
  }

  copy(from: TreePath, to: TreePath, overwrite: boolean): string {
    return this.#transfer(from, to, overwrite, false);
  }

  #transfer(from: TreePath, to: TreePath, overwrite: boolean, moves: boolean): string {
    if (moves && from === '') return 'forbidden';
    if (from !== '' && !this.#nodes.has(from)) return 'not-found';
    if (from === to) return 'same-resource';
    if (to === '') return 'forbidden';
    if (isWithin(parentOf(to) ?? '', from)) return 'into-itself';
    if (isWithin(from, to) && this.#nodes.has(to)) return 'into-itself';
    const blocked = this.#parentFault(to);
    if (blocked !== undefined) return blocked;
    if (this.#nodes.has(to) && !overwrite) return 'precondition-failed';
    for (const [at] of this.#below(to)) this.#nodes.delete(at);
    for (const [at, node] of this.#below(from)) {
      if (moves) this.#nodes.delete(at);
      this.#nodes.set(rebase(at, from, to), node);
    }
    return 'ok';
  }

  #below(path: TreePath): [TreePath, ModelNode][] {
    return [...this.#nodes].filter(([at]) => isWithin(at, path));
  }

  #isFolder(path: TreePath): boolean {
    const node = this.#nodes.get(path);
    return path === '' || (node !== undefined && node.content === undefined);
  }

  #parentFault(path: TreePath): string | undefined {
    const parent = parentOf(path) ?? '';
    if (this.#isFolder(parent)) return undefined;
    return this.#nodes.has(parent) && nameOf(path) !== '' ? 'not-a-folder' : 'parent-missing';
  }
}
