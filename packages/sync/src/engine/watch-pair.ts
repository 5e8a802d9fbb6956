import { systemRandom, type TreePath } from '@holdfast/base';
import { Bell, rest } from './bell.ts';
import { keepListening, keepWatching } from './keep-watching.ts';
import type { SyncPair, WatchOptions } from './options.ts';
import { isOffline, needsPerson, pauseAfterStop, pauseUntilDue } from './pauses.ts';
import type { PairState, RunReport } from './report.ts';

const defaultPoll = 30_000;
const defaultDebounce = 250;
/** While the server tells its news, it is asked this much less often. */
const pollsSavedByNews = 10;
/** Without a watcher, looking at everything takes this part of the time at most. */
const shareOfScans = 50;

/** What watching needs of the engine. */
export interface WatchHooks {
  /** Gives the engine the function that asks for a run. */
  readonly onWake: (wake: () => void) => void;
  readonly run: () => Promise<RunReport>;
  /** Something may have changed here; undefined: anywhere. */
  readonly onChange: (paths: readonly TreePath[] | undefined) => void;
  /** From now on all that changes is told, or nothing is. */
  readonly onWatching: (watching: boolean) => void;
  readonly onState: (state: PairState) => void;
}

/**
 * Runs at once, and then whenever something may have changed: after local changes have come to rest, at news from
 * the server and at every poll of it, and when a problem is due. While the server cannot be reached it is tried less
 * and less often, and local changes wait. Resolves when the signal aborts.
 */
export async function watchPair(pair: SyncPair, options: WatchOptions, hooks: WatchHooks): Promise<void> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const watch = new Watch(pair, options, hooks, signal);
  const helpers = watch.begin();
  try {
    await watch.work();
  } finally {
    ended.abort();
    await helpers;
  }
}

class Watch {
  readonly #pair: SyncPair;
  readonly #options: WatchOptions;
  readonly #hooks: WatchHooks;
  readonly #signal: AbortSignal;
  /** Rung by changes on the disk. */
  readonly #local = new Bell();
  /** Rung by what cannot wait: news from the server, and whoever asks. */
  readonly #urgent = new Bell();
  #watching = false;
  #listening = false;

  constructor(pair: SyncPair, options: WatchOptions, hooks: WatchHooks, signal: AbortSignal) {
    this.#pair = pair;
    this.#options = options;
    this.#hooks = hooks;
    this.#signal = signal;
  }

  /** Starts to watch and to listen; resolves when both have ended. */
  async begin(): Promise<void> {
    const { random = systemRandom } = this.#pair;
    this.#hooks.onWake(() => this.#urgent.ring());
    const onChange = (paths: readonly TreePath[] | undefined) => {
      this.#hooks.onChange(paths);
      this.#local.ring();
    };
    const onWatching = (watching: boolean) => {
      this.#watching = watching;
      this.#hooks.onWatching(watching);
      // What has changed before is not told any more.
      this.#local.ring();
    };
    const onListening = (listening: boolean) => {
      this.#listening = listening;
    };
    const onNews = () => this.#urgent.ring();
    await Promise.all([
      keepWatching(this.#pair, random, { onChange, onWatching }, this.#signal),
      keepListening(this.#pair, random, { onNews, onListening }, this.#signal),
    ]);
  }

  async work(): Promise<void> {
    const { clock, random = systemRandom } = this.#pair;
    const { debounceMs = defaultDebounce, onReport } = this.#options;
    let failures = 0;
    while (!this.#signal.aborted) {
      this.#local.take();
      this.#urgent.take();
      this.#tell({ state: 'working' });
      const report = await this.#runInTurn();
      if (report === undefined || this.#signal.aborted) return;
      onReport?.(report);
      failures = report.state === 'stopped' ? failures + 1 : 0;
      const pollMs = this.#pollMs(report);
      const pause =
        failures > 0
          ? pauseAfterStop(report, failures, pollMs, random)
          : pauseUntilDue(report, clock.now(), pollMs);
      this.#tell({ ...stateAfter(report), nextRun: Math.round(clock.now() + pause) });
      const { stop } = report;
      const offline = stop !== undefined && isOffline(stop.code);
      await rest(clock, pause, offline ? [this.#urgent] : [this.#urgent, this.#local], this.#signal);
      // Local changes seldom come alone; who asks, and the server, have waited already.
      if (this.#local.take()) await rest(clock, debounceMs, [this.#urgent], this.#signal);
    }
  }

  /** Undefined when the signal aborts before it is this pair's turn. */
  async #runInTurn(): Promise<RunReport | undefined> {
    const { turn } = this.#options;
    if (turn === undefined) return await this.#hooks.run();
    try {
      using _held = await turn(this.#signal);
      return await this.#hooks.run();
    } catch (error) {
      if (this.#signal.aborted) return undefined;
      throw error;
    }
  }

  #pollMs(report: RunReport): number {
    const { pollMs = defaultPoll } = this.#options;
    const quiet = this.#listening ? pollMs * pollsSavedByNews : pollMs;
    return this.#watching ? quiet : Math.max(pollMs, report.duration * shareOfScans);
  }

  #tell(state: Omit<PairState, 'watching' | 'listening'>): void {
    this.#hooks.onState({ ...state, watching: this.#watching, listening: this.#listening });
  }
}

function stateAfter({ state, stop }: RunReport): Pick<PairState, 'state' | 'stop'> {
  if (stop === undefined) return { state: state === 'problems' ? 'problems' : 'idle' };
  if (isOffline(stop.code)) return { state: 'offline', stop };
  return { state: needsPerson(stop.code) ? 'waiting-for-person' : 'stopped', stop };
}
