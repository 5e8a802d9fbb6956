import type { Readable } from 'node:stream';
import type { BlobDrafts } from './blob-drafts.ts';
import type { BlobId } from './blob-id.ts';

export type { BlobId } from './blob-id.ts';

/** A part of a blob: bytes `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What is known of a stored blob without reading it. */
export interface BlobStat {
  readonly id: BlobId;
  readonly size: number;
  /** Milliseconds since 1970 at which it was last put: what the grace period of a sweep counts from. */
  readonly storedAt: number;
}

/** Immutable bytes addressed by their hash. */
export interface BlobStore {
  /** Blobs in the making that outlive a restart. */
  readonly drafts: BlobDrafts;
  /**
   * Resolves when `bytes` more fit and a reserve stays free. Metadata may live on the same disk: with nothing left
   * not even a removal could be written down.
   * @throws AppError `disk-full`.
   */
  requireRoom(bytes: number): Promise<void>;
  /**
   * Stores bytes. Resolves only when they are durable (file and folder synced). Idempotent: putting a blob
   * that is there renews `storedAt` and changes nothing else. When it rejects, nothing is left behind. A chunk
   * that was yielded must not be altered afterwards.
   * @throws AppError `checksum-mismatch` when the bytes do not hash to `expect`; `disk-full`; the source's own error.
   */
  put(
    bytes: AsyncIterable<Uint8Array>,
    options?: { expect?: BlobId; signal?: AbortSignal },
  ): Promise<{ id: BlobId; size: number }>;
  /**
   * Opens a blob, or a part of it, for reading.
   * @throws AppError `store-damaged` when it is not there; `range-unsatisfiable`.
   */
  open(id: BlobId, range?: ByteRange): Promise<Readable>;
  /** Size and age; undefined when it is not there. */
  stat(id: BlobId): Promise<BlobStat | undefined>;
  /** All blobs in order of id, after `after` when given. */
  list(after?: BlobId): AsyncIterable<BlobStat>;
  /**
   * Removes blobs and says which; those that are not there are passed over. With `storedBefore` (milliseconds since
   * 1970) also those put at that time or later, decided in one step with the removal: a sweep cannot take away
   * what a `put` has just renewed.
   */
  remove(ids: readonly BlobId[], options?: { storedBefore?: number }): Promise<readonly BlobId[]>;
}
