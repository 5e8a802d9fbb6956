import { type Random, randomHex, silentLogger, systemRandom } from '@holdfast/base';
import { IgnoreRules } from '../choice/ignore-rules.ts';
import { LeftOut } from '../choice/left-out.ts';
import { judgeError } from '../execute/judge-error.ts';
import { Journal } from '../journal/journal.ts';
import { macNames, posixNames, windowsNames } from '../plan/name-rules.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import { emptyTrees, type Trees } from '../trees/trees.ts';
import type { SyncEvent } from './events.ts';
import { checkIdentities } from './identity-check.ts';
import type { RunOptions, SyncEngine, SyncPair, WatchOptions } from './options.ts';
import { ProblemList } from './problem-list.ts';
import type { RunReport, StopReason } from './report.ts';
import { countEqual, mappedNames, noteLeftovers, skippedEntries, stateOf } from './sum-up.ts';
import { type RunOutcome, SyncRun } from './sync-run.ts';
import { Tally } from './tally.ts';
import { watchPair } from './watch-pair.ts';

/** For how long local history is kept, in milliseconds: 30 days. */
const historyMs = 30 * 86_400_000;

/**
 * Opens the journal of a pair and takes its lock.
 * @throws AppError `data-in-use` when another engine has it; `store-damaged` when it cannot be read.
 */
export async function openEngine(pair: SyncPair): Promise<SyncEngine> {
  const engine = new PairEngine(pair, Journal.open(pair.stateDir), pair.random ?? systemRandom);
  await engine.tidy();
  return engine;
}

/** Opens, runs once and closes. @throws AppError as `openEngine`. */
export async function syncOnce(pair: SyncPair & RunOptions): Promise<RunReport> {
  await using engine = await openEngine(pair);
  return await engine.run(pair);
}

interface Loaded {
  readonly trees: Trees;
  readonly cursor: string | undefined;
  readonly complete: boolean;
}

class PairEngine implements SyncEngine {
  readonly #pair: SyncPair;
  readonly #journal: Journal;
  readonly #journalId: string;
  readonly #rules: IgnoreRules;
  readonly #emit: (event: SyncEvent) => void;
  /** Undefined until they are loaded, and after a run that was stopped. */
  #trees: Loaded | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => {};

  constructor(pair: SyncPair, journal: Journal, random: Random) {
    this.#pair = pair;
    this.#journal = journal;
    this.#rules = new IgnoreRules(pair.folder);
    this.#emit = pair.onEvent ?? (() => {});
    const id = journal.meta().id;
    this.#journalId = id ?? randomHex(random, 4);
    if (id === undefined) journal.commit(emptyTrees(), [], { id: this.#journalId });
  }

  /** Removes what an interrupted run has left. That it cannot be removed now stops nobody. */
  async tidy(): Promise<void> {
    const { folder, logger = silentLogger } = this.#pair;
    await folder.tidy(historyMs).catch((error: unknown) => {
      logger.warn('leftovers could not be removed', { error: String(error) });
    });
  }

  run(options: RunOptions = {}): Promise<RunReport> {
    const next = this.#last.then(() => this.#runNow(options));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async watch(options: WatchOptions): Promise<void> {
    const { signal, allowMassChange } = options;
    await watchPair(this.#pair, options, {
      onWake: (wake) => {
        this.#wake = wake;
      },
      run: () =>
        this.run({
          signal,
          respectBackoff: true,
          ...(allowMassChange === undefined ? {} : { allowMassChange }),
        }),
    });
    this.#wake = () => {};
  }

  wake(): void {
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    this.#journal.close();
  }

  async #runNow(options: RunOptions): Promise<RunReport> {
    const { clock, logger = silentLogger } = this.#pair;
    const started = clock.monotonic();
    const run = options.planOnly === true ? 0 : this.#journal.begin(clock.now());
    const tally = new Tally(clock, this.#emit);
    const problems = new ProblemList(this.#journal.problems(), clock);
    let outcome: RunOutcome | undefined;
    let stop: StopReason | undefined;
    try {
      outcome = await this.#work(options, tally, problems);
      if (outcome.steps === undefined)
        noteLeftovers(this.#treesNow(), outcome, problems, this.#leftOut(this.#treesNow()));
    } catch (error) {
      stop = stopReason(error, options.signal);
      logger.warn('run stopped', { run, code: stop.code, error: String(error) });
    }
    const list = problems.list();
    tally.counts.problems = list.length;
    const equal = stop === undefined ? countEqual(this.#treesNow()) : { filesEqual: 0, foldersEqual: 0 };
    const report: RunReport = {
      run,
      state: outcome === undefined ? 'stopped' : stateOf(outcome, list.length),
      ...(stop === undefined ? {} : { stop }),
      counts: tally.counts,
      bytesUp: tally.bytesUp,
      bytesDown: tally.bytesDown,
      ...equal,
      rounds: outcome?.rounds ?? 0,
      duration: clock.monotonic() - started,
      problems: list,
      conflicts: tally.conflicts,
      mapped: stop === undefined ? mappedNames(this.#treesNow()) : [],
      offers: this.#rules.offers,
      skipped: outcome === undefined ? [] : skippedEntries(outcome, this.#leftOut(this.#treesNow())),
      ...(outcome?.steps === undefined ? {} : { plan: outcome.steps }),
    };
    // What was planned only, or stopped on the way, is read again from the journal.
    if (outcome === undefined || outcome.steps !== undefined) this.#trees = undefined;
    if (run > 0) this.#finish(report);
    this.#emit({ type: 'phase', phase: 'done', round: report.rounds });
    return report;
  }

  async #work(options: RunOptions, tally: Tally, problems: ProblemList): Promise<RunOutcome> {
    const { folder, remote } = this.#pair;
    const signal = options.signal ?? new AbortController().signal;
    signal.throwIfAborted();
    const { identity: server, epoch } = remote.profile;
    const now = { server, epoch, folder: await folder.identity() };
    const meta = this.#journal.meta();
    const verdict = checkIdentities(meta, now, options);
    const planOnly = options.planOnly === true;
    if (verdict === 'forget') {
      if (planOnly) this.#trees = { trees: emptyTrees(), cursor: undefined, complete: true };
      else this.#journal.forget();
      if (!planOnly) this.#trees = undefined;
    }
    const { trees, cursor, complete } = this.#load();
    // With nothing agreed on, a folder that is missing on the server is an empty one.
    const first = meta.server === undefined || verdict === 'forget' || trees.items.size === 0;
    if (!planOnly) {
      if (first) await remote.ensureRoot(signal);
      if (first || meta.epoch !== epoch) this.#journal.commit(trees, [], now);
    }
    const leftOut = this.#leftOut(trees);
    const parts = {
      pair: this.#pair,
      options,
      journal: this.#journal,
      trees,
      policy: this.#policy(problems, leftOut),
      leftOut,
      problems,
      tally,
      emit: this.#emit,
      signal,
      cursor,
      complete,
      first,
    };
    const outcome = await new SyncRun(parts).work();
    this.#trees = { trees, cursor: parts.cursor, complete: true };
    return outcome;
  }

  #load(): Loaded {
    if (this.#trees === undefined) {
      const { trees, complete } = this.#journal.load();
      this.#trees = { trees, cursor: complete ? this.#journal.meta().cursor : undefined, complete };
    }
    return this.#trees;
  }

  #leftOut(trees: Trees): LeftOut {
    return new LeftOut(trees, this.#rules, this.#pair.remote.profile.links);
  }

  #treesNow(): Trees {
    return this.#load().trees;
  }

  #policy(problems: ProblemList, leftOut: LeftOut): PlanPolicy {
    const { profile } = this.#pair.remote;
    const { clock, platform = 'linux' } = this.#pair;
    return {
      localNames: platform === 'win32' ? windowsNames : platform === 'darwin' ? macNames : posixNames,
      remoteNames: posixNames,
      remoteKeepsMtime: profile.mtime !== 'none',
      remoteKeepsExecutable: profile.kind === 'holdfast',
      folderEtags: profile.discovery !== 'listing',
      conflictStamp: stampOf(clock.now()),
      movingPrefix: `.holdfast-move-${this.#journalId}-`,
      held: problems.held,
      isAside: leftOut.isAside,
    };
  }

  #finish(report: RunReport): void {
    const { counts, bytesUp, bytesDown, stop, duration, problems } = report;
    const summary = {
      counts,
      bytesUp,
      bytesDown,
      duration,
      ...(stop === undefined ? {} : { stop: stop.code }),
    };
    // A run that was stopped has not looked at everything: the problems of before still stand.
    const left = report.state === 'stopped' ? mergeProblems(this.#journal.problems(), problems) : problems;
    this.#journal.finish(this.#pair.clock.now(), report.state, summary, left);
  }
}

function mergeProblems(before: RunReport['problems'], now: RunReport['problems']): RunReport['problems'] {
  const keys = new Set(now.map(({ side, path }) => `${side}\n${path}`));
  return [...now, ...before.filter(({ side, path }) => !keys.has(`${side}\n${path}`))];
}

function stopReason(error: unknown, signal: AbortSignal | undefined): StopReason {
  const { code, message } = judgeError(error, signal ?? new AbortController().signal);
  const steps = stepsOf(error);
  return { code, message, ...(steps === undefined ? {} : { steps }) };
}

function stepsOf(error: unknown): StopReason['steps'] {
  const details =
    error instanceof Error && 'details' in error ? (error.details as { steps?: unknown }) : undefined;
  return Array.isArray(details?.steps) ? (details.steps as StopReason['steps']) : undefined;
}

/** `2026-11-23 175500`, in local time. */
function stampOf(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
