import type { BlobId } from './blob-id.ts';

/** What is there of a draft. */
export interface DraftStat {
  readonly name: string;
  readonly size: number;
  /** Milliseconds since 1970 of the last change. */
  readonly changedAt: number;
}

/**
 * Bytes that arrive in several goes, also across restarts, and become one blob in the end. A draft is named by who
 * stores it, with 1 to 64 of `a-z0-9-`. One call at a time for each name.
 */
export interface BlobDrafts {
  /** How many bytes are there; 0 for a draft that nobody has begun. */
  size(name: string): Promise<number>;
  /**
   * Appends bytes to the `from` that are there, and says how many there are then. When the source fails, what has
   * arrived stays. Only `finish` makes anything durable.
   * @throws AppError `conflict` when another number is there (`details.size`); `disk-full`; the source's own error.
   */
  append(
    name: string,
    from: number,
    bytes: AsyncIterable<Uint8Array>,
    options?: { signal?: AbortSignal },
  ): Promise<number>;
  /**
   * Turns a draft into a blob and resolves when that is durable; the draft is gone then. When it rejects, the draft is
   * still there.
   * @throws AppError `checksum-mismatch` when the bytes do not hash to `expect`; `not-found`.
   */
  finish(name: string, expect: BlobId): Promise<{ id: BlobId; size: number }>;
  /** Removes drafts; those that are not there are passed over. */
  remove(names: readonly string[]): Promise<void>;
  /** All drafts that have bytes. */
  list(): AsyncIterable<DraftStat>;
}
