import type { BlobStore } from '@holdfast/blobs';
import { type Db, type Query, row, run } from '@holdfast/db';
import { ChunkListWriter } from './chunk-list-writer.ts';
import { openPieces, type Stored } from './pieces.ts';

/** A content that is being cut. */
interface Cutting {
  readonly chunks: Promise<Uint8Array>;
  /** Says that somebody waits for it. */
  readonly hurry: () => void;
}

/** Cuts contents and keeps their chunks. Each content is cut once, however many ask for it. */
export class ContentCutter {
  readonly #db: Db;
  readonly #blobs: BlobStore;
  readonly #running = new Map<number, Cutting>();

  constructor(db: Db, blobs: BlobStore) {
    this.#db = db;
    this.#blobs = blobs;
  }

  /**
   * Reads a content once and cuts it. `turn` is awaited between the pieces, so that others come first, for as long as
   * nobody waits for this very content.
   * @throws AppError those of the blob store; what `turn` throws.
   */
  cut(contentId: number, stored: Stored, turn?: () => Promise<void>): Promise<Uint8Array> {
    const running = this.#running.get(contentId);
    if (running !== undefined) {
      if (turn === undefined) running.hurry();
      return running.chunks;
    }
    let urgent = turn === undefined;
    let resume: () => void = () => {};
    const wanted = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const chunks = this.#cut(contentId, stored, async () => {
      if (!urgent) await Promise.race([turn?.(), wanted]);
    }).finally(() => this.#running.delete(contentId));
    this.#running.set(contentId, {
      chunks,
      hurry: () => {
        urgent = true;
        resume();
      },
    });
    return chunks;
  }

  async #cut(contentId: number, stored: Stored, turn: () => Promise<void>): Promise<Uint8Array> {
    const list = new ChunkListWriter();
    const body = 'inline' in stored ? [stored.inline] : await openPieces(this.#blobs, stored.pieces);
    for await (const bytes of body) {
      await turn();
      list.add(bytes as Uint8Array);
    }
    const chunks = list.finish();
    // What is in the database anyway is cut in no time.
    if (!('inline' in stored)) await this.#db.write((query) => insertChunks(query, contentId, chunks));
    return chunks;
  }
}

/** Keeps the chunks of a content, where it is still there; part of a transaction. */
export async function insertChunks(query: Query, contentId: number, chunks: Uint8Array): Promise<void> {
  await run(
    query,
    `INSERT OR IGNORE INTO content_chunks (content_id, chunks)
       SELECT id, ? FROM contents WHERE id = ?`,
    chunks,
    contentId,
  );
}

/** The chunks of a content, where they are known. */
export async function knownChunks(query: Query, contentId: number | null): Promise<Uint8Array | undefined> {
  const known = await row<{ chunks: Uint8Array }>(
    query,
    'SELECT chunks FROM content_chunks WHERE content_id = ?',
    contentId,
  );
  return known?.chunks;
}
