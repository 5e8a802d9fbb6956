import { createHash } from 'node:crypto';
import { AppError } from '@holdfast/base';
import type { BlobId } from '@holdfast/blobs';
import { type Query, row, rows, run } from '@holdfast/db';
import { AppendedUploads, draftName } from './appended-uploads.ts';
import { checkTimes } from './check-times.ts';
import type { Uploads, WriteOptions, WriteResult } from './files.ts';
import { whileStoring } from './maintenance/store-lease.ts';
import { openScene } from './open-scene.ts';
import type { Parts } from './parts.ts';
import { openPieces, type Piece, wholeBlob } from './pieces.ts';
import { type Content, finishContent, namedHashes, receiveContent } from './receive-content.ts';
import { requireQuota } from './require-quota.ts';
import { requireRights } from './sight.ts';
import { findUpload, roomFor, touchUpload } from './upload-row.ts';
import { putContent } from './write-file.ts';

interface ChunkRow {
  readonly chunk: number;
  readonly size: number;
  readonly blob_id: BlobId | null;
  readonly inline: Uint8Array | null;
  readonly stored_at: number;
}

/** `Files.uploads`. */
export function createUploads(parts: Parts): Uploads {
  const { db } = parts;

  const find = findUpload;
  const touch = (query: Query, id: number) => touchUpload(parts, query, id);
  const appending = new AppendedUploads(parts);

  const storing = <T>(fn: () => Promise<T>) => whileStoring(parts.blobs, parts.clock.now(), fn);

  return {
    async create(actor, transfer, totalSize) {
      requireRights(actor, 'write');
      checkTransfer(transfer);
      checkSize(totalSize);
      await db.write(async (query) => {
        requireQuota(await openScene(parts, query, actor, ''), totalSize ?? 0);
        const there = await row(
          query,
          'SELECT 1 FROM uploads WHERE user_id = ? AND transfer = ?',
          actor.userId,
          transfer,
        );
        if (there !== undefined) throw new AppError('already-exists');
        const now = parts.clock.now();
        await run(
          query,
          'INSERT INTO uploads (user_id, transfer, total_size, created_at, touched_at) VALUES (?, ?, ?, ?, ?)',
          actor.userId,
          transfer,
          totalSize ?? null,
          now,
          now,
        );
      });
    },

    async putChunk(actor, transfer, chunk, body, options = {}) {
      requireRights(actor, 'write');
      if (!Number.isSafeInteger(chunk) || chunk < 0) throw new AppError('bad-value', { chunk });
      await db.read((query) => find(query, actor, transfer));
      await storing(async () => {
        const content = await receiveContent(parts, body, options, () =>
          db.read(async (query) => {
            const upload = await find(query, actor, transfer);
            return roomFor(parts, query, actor, upload, chunk);
          }),
        );
        await db.write(async (query) => {
          const upload = await find(query, actor, transfer);
          const room = await roomFor(parts, query, actor, upload, chunk);
          if (content.size > room) throw new AppError('quota-exceeded', { more: content.size, room });
          await run(
            query,
            `INSERT OR REPLACE INTO upload_chunks (upload_id, chunk, size, blob_id, stored_at, inline)
             VALUES (?, ?, ?, ?, ?, ?)`,
            upload.id,
            chunk,
            content.size,
            content.blobs[0]?.id ?? null,
            parts.clock.now(),
            content.inline,
          );
          await touch(query, upload.id);
        });
      });
    },

    append: (actor, transfer, from, body, options = {}) =>
      appending.append(actor, transfer, from, body, options),

    async offset(actor, transfer) {
      requireRights(actor, 'write');
      const { upload, chunks } = await db.read(async (query) => {
        const upload = await find(query, actor, transfer);
        return { upload, chunks: await chunksOf(query, upload.id) };
      });
      return sizeOf(chunks) + (await parts.blobs.drafts.size(draftName(upload.id)));
    },

    async list(actor, transfer) {
      requireRights(actor, 'write');
      const found = await db.read(async (query) => chunksOf(query, (await find(query, actor, transfer)).id));
      return found.map(({ chunk, size, stored_at }) => ({ chunk, size, storedAt: stored_at }));
    },

    async removeChunk(actor, transfer, chunk) {
      requireRights(actor, 'write');
      await db.write(async (query) => {
        const upload = await find(query, actor, transfer);
        const gone = await row(
          query,
          'DELETE FROM upload_chunks WHERE upload_id = ? AND chunk = ? RETURNING chunk',
          upload.id,
          chunk,
        );
        if (gone === undefined) throw new AppError('not-found', { chunk });
        await touch(query, upload.id);
      });
    },

    async finish(actor, transfer, to, options) {
      requireRights(actor, 'write');
      checkTimes(options);
      await appending.seal(actor, transfer, options);
      const { upload, chunks } = await db.write(async (query) => {
        const upload = await find(query, actor, transfer);
        await touch(query, upload.id);
        return { upload, chunks: await chunksOf(query, upload.id) };
      });
      const size = sizeOf(chunks);
      // An empty file has to be meant; nothing sent at all is more likely a client that went wrong.
      if (chunks.length === 0 && options.size !== 0 && upload.total_size !== 0)
        throw new AppError('upload-incomplete', { size });
      for (const expected of [options.size, upload.total_size ?? undefined]) {
        if (expected !== undefined && expected !== size)
          throw new AppError('upload-incomplete', { expected, size });
      }
      return storing(async () => {
        const content = await assemble(parts, chunks, size, options);
        return db.write(async (query): Promise<WriteResult> => {
          const now = await chunksOf(query, (await find(query, actor, transfer)).id);
          if (!sameChunks(chunks, now))
            throw new AppError('conflict', { reason: 'a chunk changed meanwhile' });
          const result = await putContent(parts, query, actor, to, content, options);
          await run(query, 'DELETE FROM uploads WHERE id = ?', upload.id);
          return result;
        });
      });
    },

    async abort(actor, transfer) {
      requireRights(actor, 'write');
      const id = await db.write(async (query) => {
        const upload = await find(query, actor, transfer);
        await run(query, 'DELETE FROM uploads WHERE id = ?', upload.id);
        return upload.id;
      });
      await appending.forget(id);
    },
  };
}

function sizeOf(chunks: readonly ChunkRow[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.size, 0);
}

function checkTransfer(transfer: string): void {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(transfer) || transfer === '.' || transfer === '..') {
    throw new AppError('bad-value', {
      message: 'An upload is named by 1 to 64 letters, digits, dots, dashes.',
    });
  }
}

function checkSize(size: number | undefined): void {
  if (size !== undefined && (!Number.isSafeInteger(size) || size < 0))
    throw new AppError('bad-value', { size });
}

function chunksOf(query: Query, uploadId: number): Promise<ChunkRow[]> {
  return rows<ChunkRow>(
    query,
    'SELECT chunk, size, blob_id, stored_at, inline FROM upload_chunks WHERE upload_id = ? ORDER BY chunk',
    uploadId,
  );
}

function sameChunks(before: readonly ChunkRow[], after: readonly ChunkRow[]): boolean {
  return before.length === after.length && before.every((chunk, i) => sameChunk(chunk, after[i]));
}

function sameChunk(a: ChunkRow, b: ChunkRow | undefined): boolean {
  if (b === undefined || a.chunk !== b.chunk || a.size !== b.size || a.blob_id !== b.blob_id) return false;
  return a.inline === null
    ? b.inline === null
    : b.inline !== null && Buffer.compare(a.inline, b.inline) === 0;
}

/** Reads all chunks once, for the checksums of the whole; no byte is written but those of small chunks. */
async function assemble(
  parts: Parts,
  chunks: readonly ChunkRow[],
  size: number,
  options: WriteOptions,
): Promise<Content> {
  const expected = options.checksums === undefined ? {} : { checksums: options.checksums };
  if (size <= parts.limits.inlineBytes) {
    const content = await receiveContent(parts, bytesOf(parts, chunks), expected, async () => size);
    return content;
  }
  const hashes = namedHashes(options.checksums);
  const sha256 = createHash('sha256');
  const pieces: Piece[] = [];
  for (const chunk of chunks) {
    if (chunk.size === 0) continue;
    pieces.push(
      wholeBlob(
        chunk.blob_id === null ? await storeInline(parts, chunk) : { id: chunk.blob_id, size: chunk.size },
      ),
    );
  }
  const [only] = pieces;
  // A blob's id is its SHA-256 already.
  const known = pieces.length === 1 && hashes.size === 0 ? only?.id : undefined;
  if (known === undefined) {
    for await (const bytes of await openPieces(parts.blobs, pieces)) {
      options.signal?.throwIfAborted();
      sha256.update(bytes);
      for (const hash of hashes.values()) hash.update(bytes);
    }
  }
  const others = [...hashes].map(([kind, hash]) => ({ kind, hex: hash.digest('hex') }));
  return finishContent(size, known ?? sha256.digest('hex'), others, expected, null, pieces);
}

async function storeInline(parts: Parts, chunk: ChunkRow): Promise<{ id: BlobId; size: number }> {
  return parts.blobs.put(bytesOf(parts, [chunk]));
}

async function* bytesOf(parts: Parts, chunks: readonly ChunkRow[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk.inline !== null) yield chunk.inline;
    else if (chunk.blob_id !== null) yield* await parts.blobs.open(chunk.blob_id);
  }
}
