import { createHash } from 'node:crypto';
import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { BlobStore } from '@holdfast/blobs';
import { type Db, row, run } from '@holdfast/db';
import { ChunkCutter, chunkEntryBytes } from '@holdfast/protocol';
import type { Actor, ChunkedFile } from './files.ts';
import { findPlace } from './find-place.ts';
import { lookupNames } from './names.ts';
import type { Parts } from './parts.ts';
import { openPieces, type Stored, storedContent } from './read-file.ts';
import { requireRights, requireVisible, sightOf } from './sight.ts';
import { toTreeNode } from './tree-node.ts';

/** `Files.chunks`. */
export async function readChunks(parts: Parts, actor: Actor, path: TreePath): Promise<ChunkedFile> {
  requireRights(actor, 'read');
  const names = lookupNames(path);
  if (names === undefined) throw new AppError('not-found');
  try {
    return await chunksAt(parts, actor, names);
  } catch (error) {
    // As in `readFile`: it may have been replaced and swept away after the look.
    if (!isAppError(error, 'store-damaged')) throw error;
    return chunksAt(parts, actor, names);
  }
}

async function chunksAt(parts: Parts, actor: Actor, names: readonly string[]): Promise<ChunkedFile> {
  const { node, contentId, stored, known } = await parts.db.read(async (query) => {
    const place = await findPlace(query, actor.userId, names);
    const { node } = requireVisible(place, await sightOf(query, actor));
    if (node.folder === 1) throw new AppError('is-a-folder');
    if (node.size > parts.limits.chunkedBytes) throw new AppError('not-supported');
    const known = await row<{ chunks: Uint8Array }>(
      query,
      'SELECT chunks FROM content_chunks WHERE content_id = ?',
      node.content_id,
    );
    return {
      node: toTreeNode(node, place.path, parts.identity.epoch),
      contentId: node.content_id,
      stored: known === undefined ? await storedContent(query, node) : undefined,
      known: known?.chunks,
    };
  });
  if (known !== undefined) return { node, chunks: known };
  const chunks = await cutContent(parts.blobs, stored ?? { pieces: [] });
  if (contentId !== null && node.size > parts.limits.inlineBytes)
    await keepChunks(parts.db, contentId, chunks);
  return { node, chunks };
}

/**
 * Reads a content once and cuts it. `turn` is awaited between the pieces, so that others come first.
 * @throws AppError those of the blob store; what `turn` throws.
 */
export async function cutContent(
  blobs: BlobStore,
  stored: Stored,
  turn?: () => Promise<void>,
): Promise<Uint8Array> {
  const list = new ChunkListWriter();
  const body = 'inline' in stored ? [stored.inline] : await openPieces(blobs, stored.pieces);
  for await (const bytes of body) {
    await turn?.();
    list.add(bytes as Uint8Array);
  }
  return list.finish();
}

/** Keeps the chunks of a content, where it is still there. */
export async function keepChunks(db: Db, contentId: number, chunks: Uint8Array): Promise<void> {
  await db.write((query) =>
    run(
      query,
      `INSERT OR IGNORE INTO content_chunks (content_id, chunks)
         SELECT id, ? FROM contents WHERE id = ?`,
      chunks,
      contentId,
    ),
  );
}

class ChunkListWriter {
  readonly #cutter = new ChunkCutter();
  readonly #entries: Buffer[] = [];
  #hash = createHash('sha256');
  #size = 0;

  add(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength) {
      const end = this.#cutter.next(bytes, at);
      const part = bytes.subarray(at, end < 0 ? bytes.byteLength : end);
      this.#hash.update(part);
      this.#size += part.byteLength;
      at += part.byteLength;
      if (end >= 0) this.#end();
    }
  }

  finish(): Buffer {
    if (this.#size > 0) this.#end();
    return Buffer.concat(this.#entries);
  }

  #end(): void {
    const entry = Buffer.alloc(chunkEntryBytes);
    entry.writeUInt32BE(this.#size);
    this.#hash.digest().copy(entry, 4);
    this.#entries.push(entry);
    this.#hash = createHash('sha256');
    this.#size = 0;
  }
}
