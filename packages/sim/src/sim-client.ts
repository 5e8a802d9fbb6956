import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TreePath } from '@holdfast/base';
import type { Remote } from '@holdfast/client';
import { MemoryFolder } from '@holdfast/localfs/testing';
import { openEngine, type RunOptions, type RunReport, type SyncEngine } from '@holdfast/sync';
import type { Dice } from './dice.ts';
import { LastLook } from './last-look.ts';
import type { Scheduler } from './scheduler.ts';
import { SimClock } from './sim-clock.ts';
import { Killed, SimProcess } from './sim-process.ts';
import { type Between, throughScheduler } from './through-scheduler.ts';

/** What a computer is. */
export interface ClientOptions {
  readonly name: string;
  readonly platform: 'linux' | 'darwin' | 'win32';
  readonly reusesIds: boolean;
  readonly dir: string;
  readonly scheduler: Scheduler;
  readonly dice: Dice;
  readonly skew: number;
  readonly remote: (clock: SimClock) => Remote;
  readonly between: (client: SimClient, process: SimProcess) => Between;
}

/** A computer with a disk and one synced folder, whose program runs, ends, is killed and starts again. */
export class SimClient {
  readonly name: string;
  readonly clock: SimClock;
  folder: MemoryFolder;
  /** What a run has removed or replaced so far. */
  destroyed = { local: 0, remote: 0 };
  /** The last report, and how many runs there were. */
  report: RunReport | undefined;
  runs = 0;
  /** A person has accepted another folder or another server. */
  startedAnew = false;
  /** What the server has shown it last; kept for plain servers only. */
  readonly lastLook = new LastLook();
  /** Something doubtful was read in the present run. */
  doubted = false;
  /** A person has said that the present run may remove everything. */
  mayClear = false;
  readonly #options: ClientOptions;
  #remote: Remote;
  readonly #stateDir: string;
  #process: SimProcess | undefined;
  #engine: SyncEngine | undefined;
  #lives = 0;
  #stop: AbortController | undefined;

  constructor(options: ClientOptions) {
    const { scheduler, platform, reusesIds } = options;
    this.name = options.name;
    this.#options = options;
    this.#stateDir = join(options.dir, options.name);
    this.clock = new SimClock(scheduler, options.skew);
    this.folder = new MemoryFolder({
      clock: this.clock,
      caseSensitive: platform === 'linux',
      decomposes: platform === 'darwin',
      reusesIds,
    });
    this.#remote = options.remote(this.clock);
  }

  /** A path as its disk keeps it, which is how the system names it. */
  asKept(path: TreePath): TreePath {
    return this.#options.platform === 'darwin' ? path.normalize('NFD') : path;
  }

  /** Whether its program is in the middle of something. */
  get working(): boolean {
    return this.#process?.alive === true;
  }

  /** One run. Undefined when the program was killed on the way; it is ready to start again then. */
  async run(options: RunOptions = {}): Promise<RunReport | undefined> {
    const process = this.#start();
    this.destroyed = { local: 0, remote: 0 };
    this.doubted = this.folder.disk.problems.size > 0;
    this.mayClear = options.allowMassChange === true;
    this.startedAnew ||= options.acceptNewFolder === true || options.acceptNewServer === true;
    let report: RunReport | undefined;
    try {
      this.#engine ??= await openEngine(this.#pair(process));
      report = await this.#engine.run(options);
    } catch (error) {
      if (process.alive) throw error;
      if (!(error instanceof Killed)) throw error;
    }
    this.runs += 1;
    if (!process.alive) {
      await this.#bury();
      return undefined;
    }
    this.report = report;
    return report;
  }

  /** Watches until the signal aborts or the program is killed; it is ready to start again then. */
  async watch(signal: AbortSignal, onReport: (report: RunReport) => Promise<void>): Promise<void> {
    const process = this.#start();
    this.#stop = new AbortController();
    this.doubted = true;
    this.mayClear = false;
    this.report = undefined;
    const told: Promise<void>[] = [];
    try {
      this.#engine ??= await openEngine(this.#pair(process));
      await this.#engine.watch({
        signal: AbortSignal.any([signal, this.#stop.signal]),
        pollMs: 15_000,
        debounceMs: 100,
        onReport: (report) => {
          this.report = report;
          told.push(onReport(report));
        },
      });
    } catch (error) {
      if (process.alive) throw error;
    }
    this.#stop = undefined;
    await Promise.all(told);
    if (!process.alive) await this.#bury();
  }

  /** Ends the program as it should end; the next run starts it again. */
  async quit(): Promise<void> {
    await this.#engine?.[Symbol.asyncDispose]();
    this.#engine = undefined;
    this.#process = undefined;
  }

  /** Kills the program now. What its journal has by this moment is what the next start finds. */
  kill(): void {
    const process = this.#process;
    if (process === undefined || !process.alive) return;
    process.alive = false;
    this.report = undefined;
    copy(this.#stateDir, `${this.#stateDir}.kept`);
    this.folder.crash();
    this.#stop?.abort();
    this.#options.scheduler.abandon(process, new Killed());
  }

  #start(): SimProcess {
    if (this.#process !== undefined) return this.#process;
    this.#lives += 1;
    const process = new SimProcess(`${this.name}.${this.#lives}`);
    this.#process = process;
    this.clock.process = process;
    this.#remote = this.#options.remote(this.clock);
    if (this.#lives > 1) this.folder = new MemoryFolder({ clock: this.clock, former: this.folder });
    return process;
  }

  #pair(process: SimProcess) {
    const between = this.#options.between(this, process);
    return {
      folder: throughScheduler(this.folder, 'folder', between),
      remote: throughScheduler(this.#remote, 'remote', between),
      stateDir: this.#stateDir,
      clock: this.clock,
      random: this.#options.dice,
      platform: this.#options.platform,
    };
  }

  /** Ends what is left of a killed program, and puts its journal back to what it was at that moment. */
  async #bury(): Promise<void> {
    await this.#engine?.[Symbol.asyncDispose]();
    this.#engine = undefined;
    this.#process = undefined;
    rmSync(this.#stateDir, { recursive: true, force: true });
    copy(`${this.#stateDir}.kept`, this.#stateDir);
    rmSync(`${this.#stateDir}.kept`, { recursive: true, force: true });
  }
}

function copy(from: string, to: string): void {
  if (existsSync(from)) cpSync(from, to, { recursive: true, force: true });
}
