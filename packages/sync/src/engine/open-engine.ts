import { type Random, randomHex, silentLogger, systemRandom, type TreePath } from '@holdfast/base';
import type { LocalProblem } from '@holdfast/localfs';
import type { CareParts } from '../care/care-parts.ts';
import { createCare } from '../care/create-care.ts';
import { followCopies } from '../care/follow-copies.ts';
import type { PairCare } from '../care/pair-care.ts';
import { takeTurns } from '../care/take-turns.ts';
import { writeCounts } from '../care/tell-truth.ts';
import { IgnoreRules } from '../choice/ignore-rules.ts';
import { LeftOut } from '../choice/left-out.ts';
import { createChoices } from '../choice/pair-choices.ts';
import { judgeError } from '../execute/judge-error.ts';
import { Journal } from '../journal/journal.ts';
import { macNames, posixNames, rulesOfServer, windowsNames } from '../plan/name-rules.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import { summarizePlan } from '../plan/summarize-plan.ts';
import { packSettled } from '../trees/pack-settled.ts';
import { emptyTrees, type Trees } from '../trees/trees.ts';
import { ChangedPaths } from './changed-paths.ts';
import { checkIdentities } from './identity-check.ts';
import { mappedNames } from './mapped-names.ts';
import type { RunOptions, SyncEngine, SyncPair, WatchOptions } from './options.ts';
import { ProblemList } from './problem-list.ts';
import type { RunReport, StopReason } from './report.ts';
import { countEqual, noteLeftovers, skippedEntries, stateOf } from './sum-up.ts';
import type { SyncEvent } from './sync-event.ts';
import { type RunOutcome, type RunParts, SyncRun } from './sync-run.ts';
import { Tally } from './tally.ts';
import { watchPair } from './watch-pair.ts';

/** For how long local history is kept, in milliseconds: 30 days. */
const historyMs = 30 * 86_400_000;
/** How often what is too old is looked for. */
const tidyMs = 86_400_000;

/**
 * Opens the journal of a pair and takes its lock.
 * @throws AppError `data-in-use` when another engine has it; `store-damaged` when it cannot be read.
 */
export async function openEngine(pair: SyncPair): Promise<SyncEngine> {
  const engine = new PairEngine(pair, Journal.open(pair.stateDir), pair.random ?? systemRandom);
  await engine.tidy();
  return engine;
}

/** However well the disk is watched, all of it is looked at so often, in milliseconds. */
const wholeLookMs = 3_600_000;

/** Opens, runs once and closes. @throws AppError as `openEngine`. */
export async function syncOnce(pair: SyncPair & RunOptions): Promise<RunReport> {
  await using engine = await openEngine(pair);
  return await engine.run(pair);
}

interface Loaded {
  readonly trees: Trees;
  readonly cursor: string | undefined;
  readonly complete: boolean;
  /** What was seen on the disk and is not synced. */
  readonly problems: readonly LocalProblem[];
  /** Whether the disk was looked at since they were loaded. */
  readonly looked: boolean;
}

const nothingLoaded = { cursor: undefined, complete: true, problems: [], looked: false } as const;

class PairEngine implements SyncEngine {
  readonly #pair: SyncPair;
  readonly #journal: Journal;
  readonly #journalId: string;
  readonly #rules: IgnoreRules;
  readonly #emit: (event: SyncEvent) => void;
  /** Undefined until they are loaded, and after a run that was stopped. */
  #trees: Loaded | undefined;
  readonly #turns = takeTurns();
  readonly care: PairCare;
  readonly #careParts: CareParts;
  /** A run is under way. */
  #busy = false;
  /** Something was seen to change since the last run began. */
  #changed = false;
  #tidied = 0;
  readonly #changedPaths = new ChangedPaths();
  /** A watcher tells what has changed. */
  #watching = false;
  /** When all of the disk was looked at last. */
  #lastWhole = Number.NEGATIVE_INFINITY;
  #wake: () => void = () => {};

  constructor(pair: SyncPair, journal: Journal, random: Random) {
    this.#pair = pair;
    this.#journal = journal;
    this.#rules = new IgnoreRules(pair.folder);
    this.#careParts = {
      journal,
      folder: pair.folder,
      clock: pair.clock,
      alone: this.#turns.alone,
      changed: () => {
        this.#changed = true;
        this.#changedPaths.add(undefined);
        this.#wake();
      },
      unsettled: () => this.#busy || this.#changed,
    };
    this.care = createCare(
      this.#careParts,
      createChoices({ ...this.#careParts, trees: () => this.#treesNow(), remote: pair.remote }),
    );
    this.#emit = pair.onEvent ?? (() => {});
    const id = journal.meta().id;
    this.#journalId = id ?? randomHex(random, 4);
    if (id === undefined) journal.commit(emptyTrees(), [], { id: this.#journalId });
  }

  /** Removes what an interrupted run has left. That it cannot be removed now stops nobody. */
  async tidy(): Promise<void> {
    const { folder, clock, logger = silentLogger } = this.#pair;
    this.#tidied = clock.now();
    await folder.tidy(historyMs).catch((error: unknown) => {
      logger.warn('leftovers could not be removed', { error: String(error) });
    });
  }

  run(options: RunOptions = {}): Promise<RunReport> {
    return this.#turns.alone(async () => {
      this.#busy = true;
      this.#changed = false;
      try {
        return await this.#runNow(options);
      } finally {
        this.#busy = false;
      }
    });
  }

  async watch(options: WatchOptions): Promise<void> {
    const { signal, allowMassChange } = options;
    await watchPair(this.#pair, options, {
      onWake: (wake) => {
        this.#wake = wake;
      },
      onChange: (paths) => {
        this.#changed = true;
        this.#changedPaths.add(paths);
      },
      onWatching: (watching) => {
        this.#watching = watching;
        this.#changedPaths.add(undefined);
      },
      onState: (state) => this.#emit({ type: 'state', state }),
      run: () =>
        this.run({
          signal,
          respectBackoff: true,
          quick: true,
          ...(allowMassChange === undefined ? {} : { allowMassChange }),
        }),
    });
    this.#wake = () => {};
    this.#watching = false;
  }

  wake(): void {
    this.#wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turns.idle();
    this.#journal.close();
  }

  async #runNow(options: RunOptions): Promise<RunReport> {
    const { clock, logger = silentLogger } = this.#pair;
    const started = clock.monotonic();
    const run = options.planOnly === true ? 0 : await this.#begin();
    const tally = new Tally(clock, this.#emit);
    const problems = new ProblemList(this.#journal.problems(), clock);
    const changed = this.#placesToLook(options, this.#changedPaths.take());
    let outcome: RunOutcome | undefined;
    let stop: StopReason | undefined;
    try {
      outcome = await this.#work(options, changed, tally, problems);
      noteLeftovers(this.#treesNow(), outcome, problems, this.#leftOut(this.#treesNow()));
    } catch (error) {
      // Wherever it ended, what was told has to be looked at yet.
      this.#changedPaths.add(changed);
      stop = stopReason(error, options.signal);
      logger.warn('run stopped', { run, code: stop.code, error: String(error) });
    }
    const list = problems.list();
    tally.counts.problems = list.length;
    const equal =
      stop === undefined ? countEqual(this.#treesNow()) : { filesEqual: 0, filesProven: 0, foldersEqual: 0 };
    const looked = {
      problems: list,
      conflicts: tally.conflicts,
      mapped: stop === undefined ? mappedNames(this.#treesNow(), this.#policyNow(problems)) : [],
      offers: this.#rules.offers,
      skipped:
        outcome === undefined
          ? []
          : skippedEntries(this.#treesNow(), outcome, this.#leftOut(this.#treesNow())),
    };
    const steps = outcome?.steps;
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
      ...looked,
      ...(steps === undefined ? {} : { plan: steps, planned: summarizePlan({ ...looked, plan: steps }) }),
    };
    // What was planned only is read again from the journal.
    if (steps !== undefined) this.#trees = undefined;
    if (run > 0) await this.#finish(report);
    if (this.#trees !== undefined) packSettled(this.#trees.trees, this.#journal.readBase);
    this.#emit({ type: 'phase', phase: 'done', round: report.rounds });
    return report;
  }

  /** Starts a run. What it replaces and removes is kept under its number, and what is too old is let go, once a day. */
  async #begin(): Promise<number> {
    const { clock, folder } = this.#pair;
    if (clock.now() - this.#tidied > tidyMs) await this.tidy();
    const run = this.#journal.begin(clock.now());
    folder.beginRun(run);
    return run;
  }

  async #work(
    options: RunOptions,
    changed: readonly TreePath[] | undefined,
    tally: Tally,
    problems: ProblemList,
  ): Promise<RunOutcome> {
    const { folder, remote } = this.#pair;
    const signal = options.signal ?? new AbortController().signal;
    signal.throwIfAborted();
    const { identity: server, epoch } = remote.profile;
    const now = { server, epoch, folder: await folder.identity() };
    const meta = this.#journal.meta();
    const verdict = checkIdentities(meta, now, options);
    const planOnly = options.planOnly === true;
    if (verdict === 'forget') {
      if (planOnly) this.#trees = { ...nothingLoaded, trees: emptyTrees() };
      else this.#journal.forget();
      if (!planOnly) this.#trees = undefined;
    }
    const { trees, cursor, complete, problems: localProblems, looked } = this.#load();
    // With nothing agreed on, a folder that is missing on the server is an empty one.
    const first = meta.server === undefined || verdict === 'forget' || trees.items.size === 0;
    if (!planOnly) {
      if (first) await remote.ensureRoot(signal);
      if (first || meta.epoch !== epoch) this.#journal.commit(trees, [], now);
    }
    const leftOut = this.#leftOut(trees);
    const parts: RunParts = {
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
      changed: looked ? changed : undefined,
      localProblems,
      touched: false,
      complete,
      first,
      epoch,
    };
    const outcome = await this.#workOn(parts);
    if (outcome.observation.whole) this.#lastWhole = this.#pair.clock.monotonic();
    this.#trees = {
      trees,
      cursor: parts.cursor,
      complete: true,
      problems: parts.localProblems,
      looked: true,
    };
    return outcome;
  }

  /** What was learned before the trees were touched is kept whatever comes of it: the next run need not read all again. */
  async #workOn(parts: RunParts): Promise<RunOutcome> {
    try {
      return await new SyncRun(parts).work();
    } catch (error) {
      if (parts.touched) this.#trees = undefined;
      throw error;
    }
  }

  /** Where a quick run has to look; undefined: everywhere. */
  #placesToLook(options: RunOptions, told: readonly TreePath[] | undefined): readonly TreePath[] | undefined {
    const since = this.#pair.clock.monotonic() - this.#lastWhole;
    return options.quick === true && this.#watching && since < wholeLookMs ? told : undefined;
  }

  #load(): Loaded {
    if (this.#trees === undefined) {
      const { trees, complete } = this.#journal.load();
      const cursor = complete ? this.#journal.meta().cursor : undefined;
      this.#trees = { trees, cursor, complete, problems: [], looked: false };
    }
    return this.#trees;
  }

  #leftOut(trees: Trees): LeftOut {
    const { links, remote } = this.#pair;
    return new LeftOut(trees, this.#rules, links === true && remote.profile.links);
  }

  #treesNow(): Trees {
    return this.#load().trees;
  }

  #policyNow(problems: ProblemList): PlanPolicy {
    return this.#policy(problems, this.#leftOut(this.#treesNow()));
  }

  #policy(problems: ProblemList, leftOut: LeftOut): PlanPolicy {
    const { profile } = this.#pair.remote;
    const { clock, platform = 'linux' } = this.#pair;
    return {
      localNames: platform === 'win32' ? windowsNames : platform === 'darwin' ? macNames : posixNames,
      remoteNames: rulesOfServer(profile.names),
      remoteKeepsMtime: profile.mtime !== 'none',
      remoteKeepsExecutable: profile.kind === 'holdfast',
      folderEtags: profile.discovery !== 'listing',
      conflictStamp: stampOf(clock.now()),
      movingPrefix: `.holdfast-move-${this.#journalId}-`,
      held: problems.held,
      isAside: leftOut.isAside,
    };
  }

  async #finish(report: RunReport): Promise<void> {
    const { counts, bytesUp, bytesDown, stop, duration, problems, state } = report;
    const now = this.#pair.clock.now();
    const summary = {
      counts,
      bytesUp,
      bytesDown,
      duration,
      ...(stop === undefined ? {} : { stop: stop.code }),
      ...(stop?.answer === undefined ? {} : { answer: stop.answer }),
    };
    // A run that was stopped has not looked at everything: the problems of before still stand.
    const whole = state !== 'stopped';
    const left = whole ? problems : mergeProblems(this.#journal.problems(), problems);
    if (whole) {
      const equal = state === 'problems' ? {} : { greenAt: String(now) };
      const sum = { files: report.filesEqual, proven: report.filesProven };
      this.#journal.setMeta({ counts: writeCounts(sum), ...equal });
    }
    this.#journal.finish(now, state, summary, left, whole ? report.skipped : undefined);
    // The next run closes what cannot be looked at now.
    await followCopies(this.#careParts, whole).catch((error: unknown) => {
      this.#pair.logger?.warn('conflicts could not be looked at', { error: String(error) });
    });
  }
}

function mergeProblems(before: RunReport['problems'], now: RunReport['problems']): RunReport['problems'] {
  const keys = new Set(now.map(({ side, path }) => `${side}\n${path}`));
  return [...now, ...before.filter(({ side, path }) => !keys.has(`${side}\n${path}`))];
}

function stopReason(error: unknown, signal: AbortSignal | undefined): StopReason {
  const { kind: _kind, ...verdict } = judgeError(error, signal ?? new AbortController().signal);
  const steps = stepsOf(error);
  return { ...verdict, ...(steps === undefined ? {} : { steps }) };
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
