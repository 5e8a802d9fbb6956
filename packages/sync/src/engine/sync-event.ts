import type { Phase, PlannedStep, SyncConflict, SyncProblem, TransferTotals } from './events.ts';
import type { PairState } from './report.ts';

/** What a run tells while it runs. Paths are as of the moment of the event. */
export type SyncEvent =
  /** Only from an engine that watches. */
  | { readonly type: 'state'; readonly state: PairState }
  | { readonly type: 'phase'; readonly phase: Phase; readonly round: number }
  | { readonly type: 'plan'; readonly round: number; readonly steps: number; readonly totals: TransferTotals }
  /** After progress of a transfer; at most about ten times a second. */
  | { readonly type: 'transfer'; readonly totals: TransferTotals }
  | { readonly type: 'step'; readonly step: PlannedStep; readonly outcome: 'done' | 'dropped' | 'failed' }
  | { readonly type: 'conflict'; readonly conflict: SyncConflict }
  | { readonly type: 'problem'; readonly problem: SyncProblem };
