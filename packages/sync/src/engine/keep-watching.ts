import type { TreePath } from '@holdfast/base';
import { isAppError, type Random } from '@holdfast/base';
import type { SyncPair } from './options.ts';
import { backOff } from './pauses.ts';

const firstListenPause = 1_000;

/** What is told about a folder that is watched. */
export interface WatchNews {
  readonly onChange: (paths: readonly TreePath[] | undefined) => void;
  /** Watching has begun, or does not work at present. */
  readonly onWatching: (watching: boolean) => void;
}

/** Watches the folder until the signal aborts; begins again when it ends, after longer and longer pauses. */
export async function keepWatching(
  pair: SyncPair,
  random: Random,
  news: WatchNews,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const { ended } = await pair.folder.watch(news.onChange, signal);
      news.onWatching(true);
      failures = 0;
      await ended;
    } catch (error) {
      if (signal.aborted) return;
      // The polls go on without it.
      if (failures === 0) pair.logger?.warn('watching is not possible', { error: String(error) });
    }
    if (signal.aborted) return;
    failures += 1;
    news.onWatching(false);
    await pair.clock.sleep(backOff(failures, random), signal).catch(() => {});
  }
}

/** What is told about a server that is listened to. */
export interface ServerNews {
  readonly onNews: () => void;
  /** Listening has begun, or does not work at present. */
  readonly onListening: (listening: boolean) => void;
}

/**
 * Listens to the server until the signal aborts; connects again when the connection ends, after longer and longer
 * pauses. Ends at once where the server tells no news.
 */
export async function keepListening(
  pair: SyncPair,
  random: Random,
  news: ServerNews,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let heard = false;
    try {
      await pair.remote.listen(() => {
        if (!heard) news.onListening(true);
        heard = true;
        news.onNews();
      }, signal);
    } catch (error) {
      if (signal.aborted || isAppError(error, 'not-supported')) return;
      if (failures === 0) pair.logger?.info('the server tells no news', { error: String(error) });
    }
    if (signal.aborted) return;
    if (heard) news.onListening(false);
    failures = heard ? 1 : failures + 1;
    await pair.clock.sleep(backOff(failures, random, firstListenPause), signal).catch(() => {});
  }
}
