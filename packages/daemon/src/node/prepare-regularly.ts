import type { Node } from './open-node.ts';

/** After a failure, in milliseconds. */
const againAfterMs = 60_000;

/** Cuts large new files in quiet moments until the signal aborts; failures are logged and tried again. */
export async function prepareRegularly(node: Node, signal: AbortSignal): Promise<void> {
  const { clock, logger } = node.parts;
  while (!signal.aborted) {
    try {
      await node.files.prepareChunks(signal);
    } catch (error) {
      if (signal.aborted) return;
      logger.error('large files could not be cut beforehand', { error });
      // Ends early with the signal: then the loop ends too.
      await clock.sleep(againAfterMs, signal).catch(() => undefined);
    }
  }
}
