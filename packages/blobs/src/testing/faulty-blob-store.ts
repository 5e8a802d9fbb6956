import type { Readable } from 'node:stream';
import type { BlobDrafts } from '../blob-drafts.ts';
import type { BlobId, BlobStat, BlobStore, ByteRange } from '../blob-store.ts';

/** What goes wrong at the next matching call: `before` the effect, `after` it, or in the middle of the source. */
export interface BlobFault {
  readonly on: 'put' | 'open' | 'remove';
  readonly when: 'before' | 'after' | 'midway';
  readonly error: Error;
}

/** Passes everything on to another store, except where a fault was asked for. */
export class FaultyBlobStore implements BlobStore {
  readonly #inner: BlobStore;
  readonly #faults: BlobFault[] = [];

  constructor(inner: BlobStore) {
    this.#inner = inner;
  }

  /** Lets the next call of the kind fail; several faults are used up in order. */
  failNext(fault: BlobFault): void {
    this.#faults.push(fault);
  }

  get drafts(): BlobDrafts {
    return this.#inner.drafts;
  }

  requireRoom(bytes: number): Promise<void> {
    return this.#inner.requireRoom(bytes);
  }

  async put(
    bytes: AsyncIterable<Uint8Array>,
    options?: { expect?: BlobId; signal?: AbortSignal },
  ): Promise<{ id: BlobId; size: number }> {
    const fault = this.#take('put');
    if (fault?.when === 'before') throw fault.error;
    const result = await this.#inner.put(
      fault?.when === 'midway' ? cutOff(bytes, fault.error) : bytes,
      options,
    );
    if (fault !== undefined) throw fault.error;
    return result;
  }

  async open(id: BlobId, range?: ByteRange): Promise<Readable> {
    const fault = this.#take('open');
    if (fault?.when === 'before') throw fault.error;
    const stream = await this.#inner.open(id, range);
    if (fault !== undefined) stream.destroy(fault.error);
    return stream;
  }

  stat(id: BlobId): Promise<BlobStat | undefined> {
    return this.#inner.stat(id);
  }

  list(after?: BlobId): AsyncIterable<BlobStat> {
    return this.#inner.list(after);
  }

  async remove(ids: readonly BlobId[], options?: { storedBefore?: number }): Promise<readonly BlobId[]> {
    const fault = this.#take('remove');
    if (fault?.when === 'before') throw fault.error;
    const removed = await this.#inner.remove(ids, options);
    if (fault !== undefined) throw fault.error;
    return removed;
  }

  #take(on: BlobFault['on']): BlobFault | undefined {
    const index = this.#faults.findIndex((fault) => fault.on === on);
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0];
  }
}

/** Half of the first chunk, then the error. */
async function* cutOff(bytes: AsyncIterable<Uint8Array>, error: Error): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    yield chunk.subarray(0, chunk.byteLength >> 1);
    throw error;
  }
  throw error;
}
