import { errorCodes } from '@holdfast/protocol';
import type { SyncPair, WatchOptions } from './options.ts';
import type { RunReport } from './report.ts';

const defaultPoll = 30_000;
const defaultDebounce = 500;
const firstPause = 5_000;
const longestPause = 15 * 60_000;

/** What watching needs of the engine. */
export interface WatchHooks {
  /** Gives the engine the function that asks for a run. */
  readonly onWake: (wake: () => void) => void;
  readonly run: () => Promise<RunReport>;
  /** Something may have changed here. */
  readonly onChange: () => void;
}

/**
 * Runs at once, and then whenever something may have changed: after local changes have come to rest, at every poll
 * of the server, and when a problem is due. Pauses longer and longer while the server cannot be reached.
 * Resolves when the signal aborts.
 */
export async function watchPair(pair: SyncPair, options: WatchOptions, hooks: WatchHooks): Promise<void> {
  const { signal, pollMs = defaultPoll, debounceMs = defaultDebounce } = options;
  const bell = new Bell();
  hooks.onWake(() => bell.ring());
  let failures = 0;
  let watching = false;
  while (!signal.aborted) {
    try {
      if (!watching) {
        const onChange = () => {
          hooks.onChange();
          bell.ring();
        };
        await pair.folder.watch(onChange, signal);
        watching = true;
      }
    } catch (error) {
      if (signal.aborted) return;
      // The polls go on without it.
      pair.logger?.warn('watching is not possible', { error: String(error) });
    }
    bell.reset();
    const report = await runInTurn(options, hooks);
    if (report === undefined || signal.aborted) return;
    options.onReport?.(report);
    failures = report.state === 'stopped' ? failures + 1 : 0;
    const pause =
      failures > 0 ? stoppedPause(report, failures, pollMs) : nextDue(report, pair.clock.now(), pollMs);
    await rest(pair, bell, pause, signal);
    // Changes seldom come alone.
    if (bell.rung) await rest(pair, undefined, debounceMs, signal);
  }
}

/** Undefined when the signal aborts before it is this pair's turn. */
async function runInTurn({ signal, turn }: WatchOptions, hooks: WatchHooks): Promise<RunReport | undefined> {
  if (turn === undefined) return await hooks.run();
  try {
    using _held = await turn(signal);
    return await hooks.run();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

class Bell {
  rung = false;
  #listener: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.#listener?.();
  }

  reset(): void {
    this.rung = false;
  }

  /** Calls `listener` at the next ring, or now when it has rung already. */
  listen(listener: (() => void) | undefined): void {
    this.#listener = listener;
    if (this.rung) listener?.();
  }
}

/** Waits, or until the bell rings or the signal aborts. */
async function rest(pair: SyncPair, bell: Bell | undefined, ms: number, signal: AbortSignal): Promise<void> {
  const early = new AbortController();
  bell?.listen(() => early.abort());
  try {
    await pair.clock.sleep(ms, AbortSignal.any([signal, early.signal]));
  } catch {
    // Woken: the caller looks at why.
  } finally {
    bell?.listen(undefined);
  }
}

function stoppedPause(report: RunReport, failures: number, pollMs: number): number {
  const rule = report.stop === undefined ? undefined : errorCodes[report.stop.code];
  if (rule?.retry === 'ask-user') return Math.max(pollMs, 60_000);
  return Math.min(longestPause, firstPause * 2 ** Math.min(failures - 1, 10));
}

function nextDue(report: RunReport, now: number, pollMs: number): number {
  const due = report.problems.flatMap(({ nextTry }) => nextTry ?? []);
  return Math.max(1000, Math.min(pollMs, ...due.map((at) => at - now)));
}
