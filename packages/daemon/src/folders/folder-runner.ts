import { AppError, type Clock, isAppError, type Logger, type Random } from '@holdfast/base';
import type { FolderEvent, FolderStatus } from '@holdfast/protocol';
import type {
  OpenedCare,
  PairCare,
  PairState,
  PairTruth,
  RunOptions,
  RunReport,
  SyncEngine,
  SyncEvent,
} from '@holdfast/sync';
import { describeFolder, eventOfReport, eventOfSync } from './describe-folder.ts';
import { type FolderView, type PauseNow, recoverFrom, viewOfPause, viewOfReport } from './folder-view.ts';
import type { AccountSettings, FolderSettings } from './settings.ts';
import { TransferMeter } from './transfer-meter.ts';
import { Turns } from './turns.ts';

/** What the runner of one folder works with. */
export interface RunnerParts {
  /** As they are now. */
  readonly settings: () => { readonly folder: FolderSettings; readonly account: AccountSettings };
  readonly pausedNow: () => PauseNow | undefined;
  /** Opens the engine, with the account's token. @throws AppError as `openSyncPair`, and those of the secret store. */
  readonly openEngine: (signal: AbortSignal, onEvent: (event: SyncEvent) => void) => Promise<SyncEngine>;
  /** Opens what people ask about the folder, without a server. Takes the lock of the journal. */
  readonly openCare: () => Promise<OpenedCare>;
  readonly turns: Turns;
  readonly publish: (event: FolderEvent) => void;
  /** Whether anybody reads the events. */
  readonly read: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** How long a question waits for a folder that is just being opened. */
const patienceMs = 1000;

const stopped: FolderView = {
  state: 'stopped',
  message: 'Nothing keeps this folder in sync now. Start it: holdfast run --sync-only',
};

const looking: FolderView = { state: 'looking', message: 'Looking for changes.' };

/** Keeps one folder in sync, whatever happens to the others. */
export class FolderRunner {
  readonly #parts: RunnerParts;
  /** Opening and closing the journal: one at a time. */
  readonly #journal = new Turns(1);
  readonly #meter: TransferMeter;
  readonly #stop = new AbortController();
  #interrupt = new AbortController();
  #bell = new AbortController();
  #engine: SyncEngine | undefined;
  #view: FolderView = stopped;
  #paused: PauseNow | undefined;
  #truth: PairTruth | undefined;
  #transfer: FolderStatus['transfer'];
  #seen: Pick<RunReport, 'mapped' | 'offers'> | undefined;
  #senses: Pick<PairState, 'watching' | 'listening'> | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#meter = new TransferMeter(() => parts.clock.monotonic());
  }

  /** Begins to keep the folder in sync. */
  start(): void {
    this.#show({ state: 'starting', message: 'Starting.' });
    this.#working = this.#keep();
  }

  /** Ends what is under way, with nothing lost, and closes the journal. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#interrupt.abort();
    await this.#working;
  }

  /** Looks at once, wherever it waits. */
  wake(): void {
    this.#bell.abort();
    this.#engine?.wake();
  }

  /** Something that it was opened with, or a pause, has changed: begins anew. */
  restart(): void {
    this.#interrupt.abort();
    this.#bell.abort();
  }

  /** Runs once, with what a person has decided, also while it is paused. @throws AppError as opening the pair. */
  async runNow(options: RunOptions): Promise<RunReport> {
    const running = this.#openNow();
    if (running !== undefined) return this.#take(await running.run(options));
    using _turn = await this.#journal.take(options.signal ?? this.#stop.signal);
    // It may have been opened while this waited.
    const opened = this.#openNow();
    if (opened !== undefined) return this.#take(await opened.run(options));
    // Afterwards it waits for what it waited for before.
    const waiting = this.#view;
    try {
      await using engine = await this.#parts.openEngine(options.signal ?? this.#stop.signal, this.#follow);
      const report = await engine.run(options);
      this.#truth = engine.care.truth();
      this.#remember(report);
      this.#tell(eventOfReport(this.#id, report, this.#parts.clock.now()));
      return report;
    } finally {
      this.#transfer = undefined;
      this.#show(waiting);
    }
  }

  /** Asks, or decides, about the files of this folder: by the running engine, or without a server. */
  async withCare<T>(work: (care: PairCare) => Promise<T> | T): Promise<T> {
    const running = this.#openNow();
    if (running !== undefined) return await work(running.care);
    using _turn = await this.#journalSoon();
    const opened = this.#openNow();
    if (opened !== undefined) return await work(opened.care);
    await using opening = await this.#parts.openCare();
    return await work(opening.care);
  }

  /** As `withCare`, for what the server has to be asked about. @throws AppError as opening the pair. */
  async withServer<T>(work: (care: PairCare) => Promise<T> | T): Promise<T> {
    const running = this.#openNow();
    if (running !== undefined) return await work(running.care);
    using _turn = await this.#journal.take(new AbortController().signal);
    const opened = this.#openNow();
    if (opened !== undefined) return await work(opened.care);
    await using engine = await this.#parts.openEngine(this.#stop.signal, () => {});
    return await work(engine.care);
  }

  /** What the folder is at. Never throws. */
  async status(): Promise<FolderStatus> {
    return this.#describe(await this.#readTruth());
  }

  #openNow(): SyncEngine | undefined {
    return this.#engine;
  }

  get #id(): string {
    return this.#parts.settings().folder.id;
  }

  async #keep(): Promise<void> {
    const { clock, random, logger } = this.#parts;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      this.#interrupt = new AbortController();
      this.#bell = new AbortController();
      this.#paused = this.#parts.pausedNow();
      if (this.#paused !== undefined) {
        this.#show(viewOfPause(this.#paused));
        const { until } = this.#paused;
        await this.#rest(until === undefined ? undefined : until - clock.now());
        continue;
      }
      try {
        await this.#serve(this.#interrupt.signal);
        failures = 0;
      } catch (error) {
        if (this.#interrupt.signal.aborted) continue;
        const chance = (random.bytes(1)[0] ?? 0) / 256;
        const { view, waitMs } = recoverFrom(error, failures, chance);
        failures += 1;
        if (view.code !== this.#view.code) {
          const known = isAppError(error);
          const facts = { folder: this.#id, code: view.code, error: known ? error.message : error };
          if (known) logger.warn('folder waits', facts);
          else logger.error('folder failed', facts);
        }
        this.#show({ ...view, nextTry: Math.round(clock.now() + waitMs) });
        await this.#rest(waitMs);
      }
    }
    this.#show(stopped);
  }

  async #serve(signal: AbortSignal): Promise<void> {
    const engine = await this.#open(signal);
    const gone = new AbortController();
    try {
      await engine.watch({
        signal: AbortSignal.any([signal, gone.signal]),
        turn: (waiting) => this.#parts.turns.take(waiting),
        onReport: (report) => {
          const { stop } = this.#take(report);
          // A disk that was unplugged comes back as another folder: it has to be opened anew to be known.
          if (stop?.code === 'folder-missing') gone.abort(new AppError(stop.code, { message: stop.message }));
        },
      });
      if (!signal.aborted) gone.signal.throwIfAborted();
    } finally {
      using _turn = await this.#journal.take(new AbortController().signal);
      this.#engine = undefined;
      await engine[Symbol.asyncDispose]();
    }
  }

  /** A server that does not answer must keep nobody from asking: connecting begins anew after the answer. */
  async #journalSoon(): Promise<Disposable> {
    const taken = new AbortController();
    const turn = this.#journal.take(new AbortController().signal);
    this.#parts.clock.sleep(patienceMs, taken.signal).then(
      () => this.restart(),
      () => {},
    );
    try {
      return await turn;
    } finally {
      taken.abort();
    }
  }

  async #open(signal: AbortSignal): Promise<SyncEngine> {
    using _turn = await this.#journal.take(signal);
    this.#engine = await this.#parts.openEngine(signal, this.#follow);
    return this.#engine;
  }

  /** Waits; without a time until it is woken. */
  async #rest(ms: number | undefined): Promise<void> {
    const early = AbortSignal.any([this.#stop.signal, this.#interrupt.signal, this.#bell.signal]);
    // Timers hold about 24 days.
    await this.#parts.clock.sleep(Math.min(Math.max(ms ?? longest, 0), longest), early).catch(() => {});
  }

  #take(report: RunReport): RunReport {
    this.#remember(report);
    this.#transfer = undefined;
    this.#truth = this.#engine?.care.truth() ?? this.#truth;
    this.#tell(eventOfReport(this.#id, report, this.#parts.clock.now()));
    if (report.state !== 'planned' && report.stop?.code !== 'aborted') this.#show(viewOfReport(report));
    return report;
  }

  /** Of a run, only what its folder goes on telling. */
  #remember({ state, mapped, offers }: RunReport): void {
    if (state !== 'stopped' && state !== 'planned') this.#seen = { mapped, offers };
  }

  readonly #follow = (event: SyncEvent): void => {
    if (event.type === 'phase') {
      this.#meter.reset();
      if (event.phase === 'observe-local') this.#show(looking);
      if (event.phase === 'execute') this.#show({ state: 'syncing', message: 'Syncing.' });
      return;
    }
    if (event.type === 'state') {
      const { state, stop, nextRun, watching, listening } = event.state;
      this.#senses = { watching, listening };
      if (state === 'working') this.#show(looking);
      if (stop !== undefined && nextRun !== undefined) this.#show({ ...this.#view, nextTry: nextRun });
      return;
    }
    if (event.type === 'transfer') this.#transfer = this.#meter.measure(event.totals);
    if (!this.#parts.read()) return;
    const told = eventOfSync(this.#id, event, this.#transfer, this.#parts.clock.now());
    if (told !== undefined) this.#parts.publish(told);
  };

  #tell(event: FolderEvent): void {
    if (this.#parts.read()) this.#parts.publish(event);
  }

  #show(view: FolderView): void {
    this.#view = view;
    if (!this.#parts.read()) return;
    const status = this.#describe(this.#truth);
    this.#parts.publish({ type: 'folder', at: this.#parts.clock.now(), status });
  }

  #describe(truth: PairTruth | undefined): FolderStatus {
    const { folder, account } = this.#parts.settings();
    return describeFolder({
      ...{ folder, account, view: this.#view, truth },
      paused: this.#view.state === 'paused' ? this.#paused : undefined,
      transfer: this.#transfer,
      report: this.#seen,
      senses: this.#engine === undefined ? undefined : this.#senses,
    });
  }

  async #readTruth(): Promise<PairTruth | undefined> {
    if (this.#engine === undefined && this.#truth !== undefined) return this.#truth;
    try {
      this.#truth = await this.withCare((care) => care.truth());
    } catch (error) {
      // Another process has the journal, or the folder is not there: its state says so.
      this.#parts.logger.debug('nothing is known of a folder', { folder: this.#id, error: String(error) });
    }
    return this.#truth;
  }
}

const longest = 20 * 86_400_000;
