import type { TreePath } from '@holdfast/base';
import type { ContentChunk, Remote } from '@holdfast/client';

/** Lists that were asked for and are not yet used; more are forgotten. */
const mostLists = 4;

/**
 * Lists of the chunks of versions on the server, asked for as soon as it is likely that they are needed: the server
 * may have to read a whole file for one, and does so while the local one is hashed.
 */
export class ChunkLists {
  readonly #remote: Remote;
  readonly #signal: AbortSignal;
  readonly #asked = new Map<string, Promise<readonly ContentChunk[]>>();

  constructor(remote: Remote, signal: AbortSignal) {
    this.#remote = remote;
    this.#signal = signal;
  }

  /** Asks for a list that will be taken later, if it is one that is worth it. */
  prepare(path: TreePath, etag: string, size: number): void {
    const { deltas } = this.#remote;
    if (deltas === undefined || etag === '' || size < deltas.minBytes || size > deltas.maxBytes) return;
    const key = `${etag}\n${path}`;
    if (this.#asked.has(key) || this.#asked.size >= mostLists) return;
    const asked = deltas.chunks(path, etag, this.#signal);
    // Whoever takes it sees what went wrong.
    asked.catch(() => {});
    this.#asked.set(key, asked);
  }

  /** The list of a version. @throws AppError as `DeltaTransfers.chunks`. */
  async take(path: TreePath, etag: string): Promise<readonly ContentChunk[]> {
    const { deltas } = this.#remote;
    const key = `${etag}\n${path}`;
    const asked = this.#asked.get(key);
    this.#asked.delete(key);
    return (await (asked ?? deltas?.chunks(path, etag, this.#signal))) ?? [];
  }
}
