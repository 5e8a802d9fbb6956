import { isAppError } from '@holdfast/base';
import { row } from '@holdfast/db';
import type { Activity } from './activity.ts';
import type { ChangeNotifier } from './change-notifier.ts';
import type { Parts } from './parts.ts';
import { piecesOf } from './pieces.ts';

/** The latest content that has not been cut: a file that has just come is the likeliest to change again. */
const nextUncut = `
  SELECT id FROM contents c WHERE inline IS NULL AND size BETWEEN ? AND ? AND damaged = 0 AND id < ? AND id > ?
    AND NOT EXISTS (SELECT 1 FROM content_chunks WHERE content_id = c.id)
  ORDER BY id DESC LIMIT 1`;

/**
 * `Files.prepareChunks`: whenever something has changed and it has become quiet, cuts what has come, so that whoever
 * asks for the first time need not wait. What was there before the start is cut when somebody asks: most of it never
 * changes. Gives way to everybody. Ends with the signal.
 */
export async function prepareChunks(
  parts: Parts,
  activity: Activity,
  notifier: ChangeNotifier,
  signal: AbortSignal,
): Promise<void> {
  const changes = new ChangeWaiter();
  using _listening = notifier.listen(() => changes.wake());
  signal.addEventListener('abort', () => changes.wake(), { once: true });
  const start = await parts.db.read((query) =>
    row<{ id: number | null }>(query, 'SELECT max(id) AS id FROM contents'),
  );
  while (!signal.aborted) {
    try {
      await activity.untilQuiet(signal);
      await cutAll(parts, activity, start?.id ?? 0, signal);
    } catch (error) {
      if (signal.aborted) return;
      // A blob that is missing or cannot be read is found by a check, and told to whoever reads the file.
      if (!isAppError(error)) throw error;
    }
    await changes.wait();
  }
}

async function cutAll(parts: Parts, activity: Activity, after: number, signal: AbortSignal): Promise<void> {
  const { db, cutter, limits } = parts;
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const next = await db.read(async (query) => {
      const found = await row<{ id: number }>(
        query,
        nextUncut,
        limits.preparedBytes,
        limits.chunkedBytes,
        before,
        after,
      );
      return found && { id: found.id, pieces: await piecesOf(query, found.id) };
    });
    if (next === undefined) return;
    before = next.id;
    try {
      await cutter.cut(next.id, { pieces: next.pieces }, async () => {
        signal.throwIfAborted();
        if (!activity.quiet) await activity.untilQuiet(signal);
      });
    } catch (error) {
      signal.throwIfAborted();
      // Replaced and swept away meanwhile, or damaged: the others are cut all the same.
      if (!isAppError(error, 'store-damaged')) throw error;
    }
  }
}

/** Lets one task wait for a change, and forgets none that comes while it does not. */
class ChangeWaiter {
  #changed = false;
  #resume: (() => void) | undefined;

  wake(): void {
    this.#changed = true;
    this.#resume?.();
  }

  async wait(): Promise<void> {
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
    }
    this.#changed = false;
  }
}
