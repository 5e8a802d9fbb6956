import type { TreePath } from '@holdfast/base';
import type { NodeRow } from '@holdfast/db';
import type { Checksum, ChecksumKind } from '@holdfast/protocol';
import type { NodeId, TreeNode } from './files.ts';

/** What of a row is shown. */
export type ShownRow = Pick<
  NodeRow,
  | 'id'
  | 'parent_id'
  | 'name'
  | 'folder'
  | 'size'
  | 'mtime_s'
  | 'mtime_ns'
  | 'created_at'
  | 'checksums'
  | 'etag_seq'
  | 'executable'
  | 'favorite'
  | 'link'
>;

/** A row as the port shows it. */
export function toTreeNode(row: ShownRow, path: TreePath, epoch: string): TreeNode {
  return {
    id: row.id as NodeId,
    parentId: row.parent_id === null ? undefined : (row.parent_id as NodeId),
    path,
    name: row.name,
    kind: row.folder === 1 ? 'folder' : 'file',
    size: row.size,
    mtime: { s: row.mtime_s, ns: row.mtime_ns },
    createdAt: row.created_at,
    etag: etagOf(row, epoch),
    checksums: storedChecksums(row.checksums),
    executable: row.executable === 1,
    favorite: row.favorite === 1,
    ...(row.link === 1 ? { link: true } : {}),
  };
}

/** A folder on the way to what an actor may see: nothing of it is told but that it is there. */
export function toShell(row: ShownRow, path: TreePath, epoch: string): TreeNode {
  return { ...toTreeNode(row, path, epoch), size: 0, favorite: false };
}

/**
 * The etag of a row. The epoch keeps values from coming back after a restore; the letter keeps a file apart from
 * a folder that changed at the same moment and had its place before.
 */
export function etagOf(row: Pick<NodeRow, 'folder' | 'etag_seq'>, epoch: string): string {
  return `${row.folder === 1 ? 'd' : 'f'}${epoch}-${row.etag_seq}`;
}

/** Reads the column `checksums`, which only ever holds what `formatChecksums` has written. */
function storedChecksums(text: string): Checksum[] {
  if (text === '') return [];
  return text.split(' ').map((part) => {
    const colon = part.indexOf(':');
    return { kind: part.slice(0, colon) as ChecksumKind, hex: part.slice(colon + 1) };
  });
}
