import { collectGarbage, type GarbageReport } from '@holdfast/files';
import type { CommandContext } from '../control/dispatch.ts';
import type { Node } from './open-node.ts';

const hourMs = 3_600_000;
/** A node that is restarted every day must get there too. */
const firstAfterMs = 15 * 60_000;

/** Removes content that nothing refers to and that is older than the grace period. */
export function collectNow(node: Node, { signal, onProgress }: CommandContext): Promise<GarbageReport> {
  const { db, blobs, parts, config } = node;
  return collectGarbage({
    ...{ db, blobs, signal, clock: parts.clock },
    graceMs: config.store.gcGraceHours * hourMs,
    onProgress: ({ lookedAt }) => onProgress({ what: 'blobs', done: lookedAt }),
  });
}

/** Removes unused content again and again until the signal aborts; failures are logged and tried again. */
export async function collectRegularly(node: Node, signal: AbortSignal): Promise<void> {
  const { clock, logger } = node.parts;
  const everyMs = node.config.store.gcEveryHours * hourMs;
  let waitMs = Math.min(firstAfterMs, everyMs);
  while (!signal.aborted) {
    try {
      await clock.sleep(waitMs, signal);
      const report = await collectNow(node, { signal, onProgress: () => {} });
      logger.info('unused content removed', { ...report });
    } catch (error) {
      if (!signal.aborted) logger.error('unused content could not be removed', { error });
    }
    waitMs = everyMs;
  }
}
