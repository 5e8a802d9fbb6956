import { namesOf, type TreePath } from '@holdfast/base';

/** What a look is about in one folder: everything, or only these names, and what of each. */
export type Wanted = 'all' | ReadonlyMap<string, Wanted>;

type Growing = 'all' | Map<string, Growing>;

/** The paths and everything below them, as seen from the root. */
export function wantedPaths(paths: readonly TreePath[]): Wanted {
  const root = new Map<string, Growing>();
  for (const path of paths) {
    const names = namesOf(path);
    const last = names.pop();
    if (last === undefined) return 'all';
    let at: Growing = root;
    for (const name of names) {
      const below: Growing = at.get(name) ?? new Map<string, Growing>();
      at.set(name, below);
      at = below;
      if (at === 'all') break;
    }
    if (at !== 'all') at.set(last, 'all');
  }
  return root;
}
