import { isWithin, type TreePath } from '@holdfast/base';
import type { Actor, TreeNode } from '@holdfast/files';

/**
 * The letters of `oc:permissions` for one caller, in the order that clients know: `R` share, `G` read, `D` delete,
 * `N` rename, `V` move, `W` write (files), `C` and `K` create files and folders. A rename takes the node away
 * from its place, so it needs both writing and deleting.
 * @param reach paths the caller is limited to; undefined for no limit. Folders on the way there are read only.
 */
export function permissionLetters(
  actor: Actor,
  reach: readonly TreePath[] | undefined,
): (node: TreeNode) => string {
  const inside = (kind: 'file' | 'folder') =>
    [
      'R',
      actor.read ? 'G' : '',
      actor.delete ? 'D' : '',
      actor.write && actor.delete ? 'NV' : '',
      actor.write ? (kind === 'file' ? 'W' : 'CK') : '',
    ].join('');
  const file = inside('file');
  const folder = inside('folder');
  return (node) => {
    if (reach && !reach.some((path) => isWithin(node.path, path))) return actor.read ? 'G' : '';
    return node.kind === 'file' ? file : folder;
  };
}
