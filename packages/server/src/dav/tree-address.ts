import { AppError, type TreePath } from '@holdfast/base';
import { decodePath, encodePath } from '@holdfast/protocol';

/** A place in a user's tree and the mount through which it was named. */
export interface TreeAddress {
  /** Address path of the root of the tree, encoded, without a trailing slash. */
  readonly mount: string;
  readonly path: TreePath;
}

const filesMount = '/remote.php/dav/files/';
const ownMounts = ['/remote.php/webdav', '/dav'];

/**
 * The place in the tree of `userId` that an encoded address path names; undefined when it is no place in a tree.
 * @throws AppError `bad-path`; `not-found` for the tree of somebody else.
 */
export function treeAddressOf(pathname: string, userId: string): TreeAddress | undefined {
  for (const mount of ownMounts) {
    if (pathname === mount || pathname.startsWith(`${mount}/`)) {
      return { mount, path: decodePath(pathname.slice(mount.length)) };
    }
  }
  if (!pathname.startsWith(filesMount)) return undefined;
  const rest = pathname.slice(filesMount.length);
  const slash = rest.indexOf('/');
  const owner = slash < 0 ? rest : rest.slice(0, slash);
  if (owner === '') return undefined;
  if (decodePath(owner) !== userId) throw new AppError('not-found');
  return { mount: filesMount + owner, path: slash < 0 ? '' : decodePath(rest.slice(slash)) };
}

/** The path of a request as it was sent, without query. @throws AppError `bad-path` for a fragment. */
export function pathnameOf(url: string): string {
  if (url.includes('#')) throw new AppError('bad-path', { message: 'An address cannot hold a fragment.' });
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/** The address of a node; folders end with a slash, so that clients can compare addresses as text. */
export function hrefOf(mount: string, path: TreePath, kind: 'file' | 'folder'): string {
  const href = path === '' ? mount : `${mount}/${encodePath(path)}`;
  return kind === 'folder' ? `${href}/` : href;
}
