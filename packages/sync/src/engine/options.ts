import type { Clock, Logger, Random } from '@holdfast/base';
import type { Remote } from '@holdfast/client';
import type { Folder } from '@holdfast/localfs';
import type { PairCare } from '../care/pair-care.ts';
import type { RunReport } from './report.ts';
import type { SyncEvent } from './sync-event.ts';

/** One pair: a local folder and a remote one, with the place of its journal. */
export interface SyncPair {
  readonly folder: Folder;
  readonly remote: Remote;
  /** Folder of the journal on the local disk, made where it is missing. One engine at a time. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** For the mark in the names of what is on its way; the system's unless given. */
  readonly random?: Random;
  /** Decides which names the local disk can hold, as `process.platform`; `linux` unless given. */
  readonly platform?: string;
  /**
   * Sync symbolic links as such, where the server keeps them and they lead to something in the folder, which has to
   * be opened for it. Otherwise they are told and left alone, here and there.
   */
  readonly links?: boolean;
  readonly onEvent?: (event: SyncEvent) => void;
}

/** What one run may do. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Only look and plan; nothing is changed on either side. */
  readonly planOnly?: boolean;
  /** Go on where a run would stop for R15 (or an emptied side): a person has seen the list. */
  readonly allowMassChange?: boolean;
  /** The server is another one or was restored: forget what was agreed on, and make the union of both sides. */
  readonly acceptNewServer?: boolean;
  /** The local folder is another one than before: forget what was agreed on, and make the union. */
  readonly acceptNewFolder?: boolean;
  /** Leave problems alone until their next try. Off: every run tries everything. */
  readonly respectBackoff?: boolean;
  /**
   * While the engine watches the folder: look only where something was told to have changed. Everything is looked at
   * all the same at first, after an error, every hour, and in doubt.
   */
  readonly quick?: boolean;
}

/** How `watch` waits. Milliseconds. */
export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Between looks at the server; default 30,000. */
  readonly pollMs?: number;
  /** Quiet time after a local change; default 500. */
  readonly debounceMs?: number;
  /** Called after every run. */
  readonly onReport?: (report: RunReport) => void;
  readonly allowMassChange?: boolean;
  /** Waits until a run may begin, where several pairs share one computer; disposed of when the run has ended. */
  readonly turn?: (signal: AbortSignal) => Promise<Disposable>;
}

/** Keeps one pair in sync. Holds the journal's lock until it is closed. */
export interface SyncEngine extends AsyncDisposable {
  /** What people ask about this pair, and decide. What changes something waits for a run that is under way. */
  readonly care: PairCare;
  /**
   * Observes, plans and executes until both sides are equal or only problems are left (R8: at most 200 rounds).
   * Failures are part of the report; throws only for a programming error. One run at a time: a second call
   * waits for the first.
   */
  run(options?: RunOptions): Promise<RunReport>;
  /** Runs at the start, after local changes, after remote changes, and when a problem is due. Resolves when the signal aborts. */
  watch(options: WatchOptions): Promise<void>;
  /** Asks a watching engine for a run soon, such as after a push from the server. */
  wake(): void;
}
