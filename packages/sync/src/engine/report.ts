import type { TreePath } from '@holdfast/base';
import type { ErrorCode } from '@holdfast/protocol';
import type { PlanSummary } from '../plan/summarize-plan.ts';
import type { PlannedStep, SkippedEntry, SyncConflict, SyncProblem } from './events.ts';

/** Why a run ended before its work was done. Nothing was deleted because of it. */
export interface StopReason {
  readonly code: ErrorCode;
  /** For people: what happened and what to do. */
  readonly message: string;
  /** For `mass-change`: what would be removed or replaced. */
  readonly steps?: readonly PlannedStep[];
  /** How long the server has asked to be left in peace. */
  readonly retryAfterSeconds?: number;
  /** What the server has said, word for word, such as `PROPFIND …: 503 Service Unavailable`. */
  readonly answer?: string;
}

/** What a watching engine is at. */
export interface PairState {
  /**
   * `working`: a run is under way (or waits for its turn). `idle`: all was in sync. `problems`: all but some files was.
   * `offline`: the server cannot be reached, or wants to be left in peace. `waiting-for-person`: stopped for something
   * that only a person can decide or mend. `stopped`: for something else.
   */
  readonly state: 'working' | 'idle' | 'problems' | 'offline' | 'waiting-for-person' | 'stopped';
  readonly stop?: StopReason;
  /** When the next run comes if nothing happens, milliseconds since 1970; undefined while one is under way. */
  readonly nextRun?: number;
  /** Changes on the disk are told; otherwise they are looked for. */
  readonly watching: boolean;
  /** Changes on the server are told; otherwise they are asked for. */
  readonly listening: boolean;
}

/** Two names of one file or folder. */
export interface MappedName {
  readonly local: TreePath;
  readonly remote: TreePath;
}

/** What one run has done. */
export interface RunReport {
  /** Number of the run in the journal; 0 for a plan without a run. */
  readonly run: number;
  /**
   * `in-sync`: nothing had to be done. `changed`: something was done and all trees are equal now.
   * `planned`: `planOnly` was asked for; see `plan`. `problems`: see `problems`; all else is equal.
   * `stopped`: see `stop`. Green is only `in-sync` and `changed` (R11).
   */
  readonly state: 'in-sync' | 'changed' | 'planned' | 'problems' | 'stopped';
  readonly stop?: StopReason;
  /** Files and folders made, replaced, moved or removed, by the side that changed. */
  readonly counts: {
    readonly uploaded: number;
    readonly downloaded: number;
    readonly foldersMade: number;
    readonly deletedLocal: number;
    readonly deletedRemote: number;
    readonly moved: number;
    readonly touched: number;
    readonly conflicts: number;
    readonly problems: number;
    /** Found equal on both sides without a transfer. */
    readonly adopted: number;
  };
  readonly bytesUp: number;
  readonly bytesDown: number;
  /** Files that are the same on both sides at the end. */
  readonly filesEqual: number;
  /** Those of them whose bytes are proven to be the same by SHA-256. */
  readonly filesProven: number;
  /** Folders that are the same on both sides at the end, without the root. */
  readonly foldersEqual: number;
  readonly rounds: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly problems: readonly SyncProblem[];
  readonly conflicts: readonly SyncConflict[];
  readonly skipped: readonly SkippedEntry[];
  /** Files and folders that have another name here than on the server, because one side cannot hold the other's (R13). */
  readonly mapped: readonly MappedName[];
  /** Folders that are synced and might be left out by a rule, such as `node_modules`. */
  readonly offers: readonly TreePath[];
  /** Only with `planOnly`. */
  readonly plan?: readonly PlannedStep[];
  /** The plan as a person reads it; only with `planOnly`. */
  readonly planned?: PlanSummary;
}
