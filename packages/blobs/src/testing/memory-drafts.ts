import { AppError, type Clock } from '@holdfast/base';
import type { BlobDrafts, DraftStat } from '../blob-drafts.ts';
import type { BlobId } from '../blob-store.ts';
import { interruptible } from '../interruptible.ts';

type Put = (bytes: AsyncIterable<Uint8Array>, expect: BlobId) => Promise<{ id: BlobId; size: number }>;

/** Drafts in memory. */
export class MemoryDrafts implements BlobDrafts {
  readonly #clock: Clock;
  readonly #put: Put;
  readonly #drafts = new Map<string, { bytes: Buffer; changedAt: number }>();

  constructor(clock: Clock, put: Put) {
    this.#clock = clock;
    this.#put = put;
  }

  async size(name: string): Promise<number> {
    requireName(name);
    return this.#drafts.get(name)?.bytes.byteLength ?? 0;
  }

  async append(
    name: string,
    from: number,
    bytes: AsyncIterable<Uint8Array>,
    options: { signal?: AbortSignal } = {},
  ): Promise<number> {
    const size = await this.size(name);
    if (size !== from) throw new AppError('conflict', { size });
    const source = options.signal === undefined ? bytes : interruptible(bytes, options.signal);
    for await (const chunk of source) {
      const before = this.#drafts.get(name)?.bytes ?? Buffer.alloc(0);
      this.#drafts.set(name, { bytes: Buffer.concat([before, chunk]), changedAt: this.#clock.now() });
    }
    return this.size(name);
  }

  async finish(name: string, expect: BlobId): Promise<{ id: BlobId; size: number }> {
    requireName(name);
    const draft = this.#drafts.get(name);
    if (draft === undefined) throw new AppError('not-found');
    const bytes = async function* () {
      yield draft.bytes;
    };
    const blob = await this.#put(bytes(), expect);
    this.#drafts.delete(name);
    return blob;
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) this.#drafts.delete(name);
  }

  async *list(): AsyncGenerator<DraftStat> {
    for (const [name, { bytes, changedAt }] of [...this.#drafts].sort()) {
      yield { name, size: bytes.byteLength, changedAt };
    }
  }
}

function requireName(name: string): void {
  if (!/^[a-z0-9-]{1,64}$/.test(name)) throw new AppError('bad-value');
}
