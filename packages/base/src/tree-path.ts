/**
 * A path inside a tree: names joined by `/`, without a leading or trailing slash; `''` is the root.
 * Names are kept as they are (no Unicode normalisation here).
 */
export type TreePath = string;

/** The names of a path, from the top; empty for the root. */
export function namesOf(path: TreePath): string[] {
  return path === '' ? [] : path.split('/');
}

/** The last name of a path; `''` for the root. */
export function nameOf(path: TreePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path of the folder that holds `path`; undefined for the root. */
export function parentOf(path: TreePath): TreePath | undefined {
  if (path === '') return undefined;
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** `name` inside the folder `parent`. */
export function childOf(parent: TreePath, name: string): TreePath {
  return parent === '' ? name : `${parent}/${name}`;
}

/** Whether `path` is `folder` itself or lies anywhere below it. */
export function isWithin(path: TreePath, folder: TreePath): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

/** `path`, which lies within `from`, as it is called after `from` has become `to`. */
export function rebase(path: TreePath, from: TreePath, to: TreePath): TreePath {
  if (path === from) return to;
  const rest = from === '' ? path : path.slice(from.length + 1);
  return childOf(to, rest);
}
