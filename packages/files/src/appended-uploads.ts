import { AppError } from '@holdfast/base';
import type { BlobId } from '@holdfast/blobs';
import { row, run } from '@holdfast/db';
import type { Actor, WriteOptions } from './files.ts';
import { whileStoring } from './maintenance/store-lease.ts';
import type { Parts } from './parts.ts';
import { requireRights } from './sight.ts';
import { findUpload, roomFor, touchUpload, type UploadRow } from './upload-row.ts';

/** The chunk that a finished draft becomes. */
const onlyChunk = 0;

/** The draft that belongs to an upload. Ids are never given again. */
export function draftName(uploadId: number): string {
  return `upload-${uploadId}`;
}

/** Uploads that come as one stream in several goes; the bytes are drafts of the blob store. */
export class AppendedUploads {
  readonly #parts: Parts;
  /** The call that is appending to an upload: one at a time. */
  readonly #running = new Map<number, { readonly stop: AbortController; readonly done: Promise<unknown> }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** `Uploads.append`. */
  async append(
    actor: Actor,
    transfer: string,
    from: number,
    body: AsyncIterable<Uint8Array>,
    options: { size?: number; signal?: AbortSignal },
  ): Promise<number> {
    requireRights(actor, 'write');
    if (!Number.isSafeInteger(from) || from < 0) throw new AppError('bad-value', { from });
    const { upload, room } = await this.#parts.db.read(async (query) => {
      const upload = await findUpload(query, actor, transfer);
      const chunk = await row(query, 'SELECT 1 FROM upload_chunks WHERE upload_id = ? LIMIT 1', upload.id);
      if (chunk !== undefined) throw new AppError('conflict', { reason: 'this upload has chunks' });
      const free = (await roomFor(this.#parts, query, actor, upload, onlyChunk)) - from;
      return { upload, room: Math.min(free, (upload.total_size ?? Number.POSITIVE_INFINITY) - from) };
    });
    if ((options.size ?? 0) > room) throw new AppError('quota-exceeded', { more: options.size, room });
    await this.#parts.blobs.requireRoom(options.size ?? 0);
    return await this.#alone(upload, options.signal, async (signal) => {
      const bytes = within(body, room, options.size);
      try {
        return await this.#parts.blobs.drafts.append(draftName(upload.id), from, bytes, { signal });
      } finally {
        // Also for what broke off: somebody is at it.
        await this.#parts.db.write((query) => touchUpload(this.#parts, query, upload.id));
      }
    });
  }

  /** Makes what was appended the only chunk of the upload, from where it goes on like any other. */
  async seal(actor: Actor, transfer: string, options: WriteOptions): Promise<void> {
    const { db, blobs, clock } = this.#parts;
    const upload = await db.read((query) => findUpload(query, actor, transfer));
    const name = draftName(upload.id);
    const size = await blobs.drafts.size(name);
    if (size === 0) return;
    for (const expected of [options.size, upload.total_size ?? undefined]) {
      if (expected !== undefined && expected !== size)
        throw new AppError('upload-incomplete', { expected, size });
    }
    // Bytes that were appended before a loss of power may be others by now: only the hash can tell.
    const sha256 = options.checksums?.find((checksum) => checksum.kind === 'SHA256')?.hex;
    if (sha256 === undefined) {
      throw new AppError('bad-value', { message: 'An upload in several goes is finished with its SHA-256.' });
    }
    await this.#alone(upload, options.signal, () =>
      whileStoring(blobs, clock.now(), async () => {
        const blob = await blobs.drafts.finish(name, sha256 as BlobId);
        await db.write((query) =>
          run(
            query,
            `INSERT OR REPLACE INTO upload_chunks (upload_id, chunk, size, blob_id, stored_at, inline)
               SELECT id, ?, ?, ?, ?, NULL FROM uploads WHERE id = ?`,
            onlyChunk,
            blob.size,
            blob.id,
            clock.now(),
            upload.id,
          ),
        );
      }),
    );
  }

  /** Removes what was appended to an upload that is gone. */
  async forget(uploadId: number): Promise<void> {
    const running = this.#running.get(uploadId);
    running?.stop.abort(new AppError('not-found', { reason: 'the upload was given up' }));
    await running?.done.catch(() => undefined);
    await this.#parts.blobs.drafts.remove([draftName(uploadId)]);
  }

  /** A connection that broke may look alive for minutes; whoever comes later is the one who goes on. */
  async #alone<T>(
    { id }: UploadRow,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    for (let other = this.#running.get(id); other !== undefined; other = this.#running.get(id)) {
      other.stop.abort(new AppError('conflict', { reason: 'the upload goes on over another connection' }));
      await other.done.catch(() => undefined);
    }
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    const done = work(either);
    const own = { stop, done };
    this.#running.set(id, own);
    try {
      return await done;
    } finally {
      if (this.#running.get(id) === own) this.#running.delete(id);
    }
  }
}

/** @throws AppError `quota-exceeded` for more than `room` bytes, `body-cut-off` for another number than `size`. */
async function* within(
  body: AsyncIterable<Uint8Array>,
  room: number,
  size: number | undefined,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.byteLength;
    if (received > room) throw new AppError('quota-exceeded', { more: received, room });
    yield chunk;
  }
  if (size !== undefined && received !== size)
    throw new AppError('body-cut-off', { expected: size, received });
}
