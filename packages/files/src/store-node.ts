import { type NodeRow, type Query, run } from '@holdfast/db';
import type { Mtime } from '@holdfast/protocol';
import { insertChunks } from './content-cutter.ts';
import { nameKey } from './names.ts';
import type { Content } from './receive-content.ts';
import { takeSeqs } from './sequence.ts';

const insertNode = `
  INSERT INTO nodes (root_id, parent_id, name, name_key, folder, size, mtime_s, mtime_ns, created_at, content_id,
    checksums, etag_seq, changed_seq, created_seq, executable, favorite, link)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`;

/** What a new node is to be. */
export interface NewNode {
  readonly parent: NodeRow;
  readonly name: string;
  readonly seq: number;
  readonly mtime: Mtime;
  readonly createdAt: number;
  readonly executable?: boolean;
  readonly link?: boolean;
  /** For files. */
  readonly content?: { readonly id: number; readonly size: number; readonly checksums: string };
}

/** Inserts a file or an empty folder. The folders above are not told yet. */
export async function insertNewNode(query: Query, node: NewNode): Promise<NodeRow> {
  const row: Omit<NodeRow, 'id'> = {
    root_id: node.parent.root_id,
    parent_id: node.parent.id,
    name: node.name,
    name_key: nameKey(node.name),
    folder: node.content === undefined ? 1 : 0,
    size: node.content?.size ?? 0,
    mtime_s: node.mtime.s,
    mtime_ns: node.mtime.ns,
    created_at: node.createdAt,
    content_id: node.content?.id ?? null,
    checksums: node.content?.checksums ?? '',
    etag_seq: node.seq,
    changed_seq: node.seq,
    created_seq: node.seq,
    executable: node.executable === true ? 1 : 0,
    favorite: 0,
    link: node.link === true ? 1 : 0,
  };
  const id = await run(
    query,
    insertNode,
    row.root_id,
    row.parent_id,
    row.name,
    row.name_key,
    row.folder,
    row.size,
    row.mtime_s,
    row.mtime_ns,
    row.created_at,
    row.content_id,
    row.checksums,
    row.etag_seq,
    row.changed_seq,
    row.created_seq,
    row.executable,
    row.link,
  );
  return { id, ...row };
}

/** Inserts content whose blobs are durable already, and returns its id. */
export async function insertContent(query: Query, content: Content): Promise<number> {
  const id = await run(
    query,
    'INSERT INTO contents (size, sha256, checksums, inline) VALUES (?, ?, ?, ?)',
    content.size,
    content.sha256,
    content.checksums,
    content.inline,
  );
  for (const [index, blob] of content.blobs.entries()) {
    await run(
      query,
      `INSERT INTO manifest_entries (content_id, idx, blob_id, size, blob_offset, blob_size)
         VALUES (?, ?, ?, ?, ?, ?)`,
      id,
      index,
      blob.id,
      blob.size,
      blob.offset,
      blob.blobSize,
    );
  }
  if (content.chunks !== undefined) await insertChunks(query, id, content.chunks);
  return id;
}

/** Removes content that no node has any longer. */
export async function dropContent(query: Query, contentId: number | null): Promise<void> {
  if (contentId === null) return;
  await run(
    query,
    'DELETE FROM contents WHERE id = ? AND NOT EXISTS (SELECT 1 FROM nodes WHERE content_id = contents.id)',
    contentId,
  );
}

/** Makes the folders `names` inside each other, below `parent`, and returns them from the top. */
export async function insertFolders(
  query: Query,
  parent: NodeRow,
  names: readonly string[],
  mtime: Mtime,
  createdAt: number,
): Promise<NodeRow[]> {
  const made: NodeRow[] = [];
  if (names.length === 0) return made;
  const first = await takeSeqs(query, names.length);
  for (const [index, name] of names.entries()) {
    const folder = made.at(-1) ?? parent;
    made.push(await insertNewNode(query, { parent: folder, name, seq: first + index, mtime, createdAt }));
  }
  return made;
}
