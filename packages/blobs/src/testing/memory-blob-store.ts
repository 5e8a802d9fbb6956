import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { AppError, type Clock, systemClock } from '@holdfast/base';
import type { BlobDrafts } from '../blob-drafts.ts';
import type { BlobId, BlobStat, BlobStore, ByteRange } from '../blob-store.ts';
import { clipRange } from '../clip-range.ts';
import { interruptible } from '../interruptible.ts';
import { MemoryDrafts } from './memory-drafts.ts';

/** Blobs in memory, for tests. `damage` and `lose` do what a bad disk does. */
export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<BlobId, { bytes: Buffer; storedAt: number }>();
  readonly #clock: Clock;
  readonly drafts: BlobDrafts;
  /** Bytes that `requireRoom` takes for free. */
  room = 2 ** 40;

  constructor(options: { clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock;
    this.drafts = new MemoryDrafts(this.#clock, (bytes, expect) => this.put(bytes, { expect }));
  }

  /** How many blobs there are. */
  get count(): number {
    return this.#blobs.size;
  }

  async requireRoom(bytes: number): Promise<void> {
    if (bytes > this.room) throw new AppError('disk-full');
  }

  async put(
    bytes: AsyncIterable<Uint8Array>,
    options: { expect?: BlobId; signal?: AbortSignal } = {},
  ): Promise<{ id: BlobId; size: number }> {
    const chunks: Uint8Array[] = [];
    const source = options.signal === undefined ? bytes : interruptible(bytes, options.signal);
    for await (const chunk of source) chunks.push(Uint8Array.from(chunk));
    const all = Buffer.concat(chunks);
    const id = createHash('sha256').update(all).digest('hex') as BlobId;
    if (options.expect !== undefined && options.expect !== id) {
      throw new AppError('checksum-mismatch', { expected: options.expect, actual: id });
    }
    this.#blobs.set(id, { bytes: all, storedAt: this.#clock.now() });
    return { id, size: all.byteLength };
  }

  async open(id: BlobId, range?: ByteRange): Promise<Readable> {
    const blob = this.#blobs.get(id);
    if (blob === undefined) throw new AppError('store-damaged', { reason: 'a blob is missing', blob: id });
    const part = range === undefined ? undefined : clipRange(range, blob.bytes.byteLength);
    const bytes = part === undefined ? blob.bytes : blob.bytes.subarray(part.start, part.end + 1);
    return Readable.from(bytes.byteLength === 0 ? [] : [Buffer.from(bytes)], { objectMode: false });
  }

  async stat(id: BlobId): Promise<BlobStat | undefined> {
    const blob = this.#blobs.get(id);
    return blob && { id, size: blob.bytes.byteLength, storedAt: blob.storedAt };
  }

  async *list(after?: BlobId): AsyncIterable<BlobStat> {
    for (const id of [...this.#blobs.keys()].sort()) {
      if (after !== undefined && id <= after) continue;
      const found = await this.stat(id);
      if (found !== undefined) yield found;
    }
  }

  async remove(ids: readonly BlobId[], options: { storedBefore?: number } = {}): Promise<readonly BlobId[]> {
    const limit = options.storedBefore ?? Number.POSITIVE_INFINITY;
    return ids.filter((id) => {
      const blob = this.#blobs.get(id);
      return blob !== undefined && blob.storedAt < limit && this.#blobs.delete(id);
    });
  }

  /** Turns one bit of a blob over. */
  damage(id: BlobId): void {
    const blob = this.#blobs.get(id);
    if (blob !== undefined && blob.bytes.byteLength > 0) blob.bytes[0] = (blob.bytes[0] ?? 0) ^ 1;
  }

  /** Lets a blob vanish, or all of them. */
  lose(id?: BlobId): void {
    if (id === undefined) this.#blobs.clear();
    else this.#blobs.delete(id);
  }
}
