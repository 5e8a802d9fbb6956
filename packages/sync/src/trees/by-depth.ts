import type { TreePath } from '@holdfast/base';

/**
 * The entries with every folder before what is in it. Costs nothing when they come that way, as they do from
 * a walk; otherwise they are sorted by depth.
 */
export function byDepth<T extends { readonly path: TreePath; readonly kind: 'file' | 'folder' }>(
  entries: readonly T[],
): readonly T[] {
  const folders = new Set<TreePath>(['']);
  for (const { path, kind } of entries) {
    const slash = path.lastIndexOf('/');
    if (!folders.has(slash < 0 ? '' : path.slice(0, slash))) return sorted(entries);
    if (kind === 'folder') folders.add(path);
  }
  return entries;
}

function sorted<T extends { readonly path: TreePath }>(entries: readonly T[]): readonly T[] {
  const depth = (path: TreePath) => path.split('/').length;
  return entries
    .map((entry) => ({ entry, depth: depth(entry.path) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ entry }) => entry);
}
