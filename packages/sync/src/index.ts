export { type CarePair, type OpenedCare, openCare } from './care/open-care.ts';
export type {
  Decision,
  FileTruth,
  KeptVersion,
  KnownState,
  OnlyThere,
  OpenConflict,
  PairCare,
  PairTruth,
  PastRun,
  UndoReport,
} from './care/pair-care.ts';
export type {
  Phase,
  PlannedStep,
  Side,
  SkippedEntry,
  SyncConflict,
  SyncProblem,
  TransferTotals,
} from './engine/events.ts';
export { openEngine, syncOnce } from './engine/open-engine.ts';
export type { RunOptions, SyncEngine, SyncPair, WatchOptions } from './engine/options.ts';
export type { MappedName, PairState, RunReport, StopReason } from './engine/report.ts';
export type { SyncEvent } from './engine/sync-event.ts';
export { type PlanGroup, type PlanSummary, summarizePlan } from './plan/summarize-plan.ts';
