import type { FolderEvent, FolderInfo, FolderStatus, FoldersStatus, PowerStatus } from '@holdfast/protocol';
import type { PairState, PairTruth, PastRun, RunReport, SyncEvent, SyncProblem } from '@holdfast/sync';
import type { FolderView, PauseNow } from './folder-view.ts';
import { type AccountSettings, accountName, type FolderSettings, type Settings } from './settings.ts';

const shownEntries = 100;

/** What is known of a folder at one moment. */
export interface FolderFacts {
  readonly folder: FolderSettings;
  readonly account: AccountSettings;
  readonly view: FolderView;
  readonly truth: PairTruth | undefined;
  readonly paused: PauseNow | undefined;
  readonly transfer: FolderStatus['transfer'];
  /** How a running engine hears of changes. */
  readonly senses: Pick<PairState, 'watching' | 'listening'> | undefined;
  /** The last one that has looked at everything. */
  readonly report: Pick<RunReport, 'mapped' | 'offers'> | undefined;
}

/** Seen to change since the last run, which comes again soon. */
const changed: FolderView = { state: 'changed', message: 'Something has changed; it is synced in a moment.' };

/** A run was well; since then something may have changed, or a person has something to decide. */
function viewOfTruth(view: FolderView, truth: PairTruth | undefined): FolderView {
  if (truth === undefined) return view;
  const { conflicts, green } = truth;
  if (conflicts > 0) {
    const what = conflicts === 1 ? '1 conflict' : `${conflicts} conflicts`;
    return { state: 'conflicts', message: `Both sides are equal, ${what} to decide: holdfast conflicts` };
  }
  return green ? view : changed;
}

/** The settings of a folder as commands tell them. */
export function folderInfo(folder: FolderSettings, account: AccountSettings): FolderInfo {
  const { id, name, local, url, links } = folder;
  return { id, name, local, url, user: account.user, account: accountName(account), links };
}

/** What a folder is at, as commands and events tell it. */
export function describeFolder(facts: FolderFacts): FolderStatus {
  const { folder, account, view, truth, paused, transfer, report, senses } = facts;
  const problems = truth?.problems ?? [];
  const shown = view.state === 'in-sync' ? viewOfTruth(view, truth) : view;
  return withoutUndefined({
    ...folderInfo(folder, account),
    ...shown,
    message: shown.message.replace('ACCOUNT', accountName(account)).replaceAll('NAME', folder.name),
    paused: paused === undefined ? undefined : withoutUndefined({ by: paused.by, until: paused.until }),
    watching: senses?.watching,
    listening: senses?.listening,
    // What nobody looks at may have changed since (R11).
    green: shown.state === 'in-sync' && truth?.green === true,
    greenAt: truth?.greenAt,
    files: truth?.files ?? 0,
    proven: truth?.proven ?? 0,
    there: truth?.there ?? 0,
    conflicts: truth?.conflicts ?? 0,
    problemCount: problems.length,
    problems: problems.slice(0, shownEntries).map(problemOut),
    mapped: (report?.mapped ?? []).slice(0, shownEntries).map((name) => ({ ...name })),
    offers: (report?.offers ?? []).slice(0, shownEntries),
    lastRun: truth?.lastRun && runOut(truth.lastRun),
    transfer,
  });
}

/** What holds for all folders, as commands and events tell it. */
export function sharedSettings(
  { limits, power, paused }: Settings,
  { onBattery, metered }: Pick<PowerStatus, 'onBattery' | 'metered'>,
): Pick<FoldersStatus, 'limits' | 'power' | 'paused'> {
  const { battery, meteredNetwork } = power;
  return withoutUndefined({
    limits: withoutUndefined({ up: limits.up, down: limits.down }),
    power: { onBattery, metered, battery, meteredNetwork },
    paused: paused && withoutUndefined({ until: paused.until }),
  });
}

/** A run of the journal as commands tell it. */
export function runOut({ run, kind, started, finished, state, summary, undone }: PastRun) {
  return withoutUndefined({ run, kind, started, finished, state, summary: { ...summary }, undone });
}

/** The event for the end of a run. */
export function eventOfReport(folder: string, report: RunReport, at: number): FolderEvent {
  const { run, state, counts, bytesUp, bytesDown, duration } = report;
  return { type: 'run', at, folder, run, state, counts: { ...counts }, bytesUp, bytesDown, duration };
}

/** The event for what an engine tells while it runs; undefined for what the status of the folder says already. */
export function eventOfSync(
  folder: string,
  event: SyncEvent,
  transfer: FolderStatus['transfer'],
  at: number,
): FolderEvent | undefined {
  switch (event.type) {
    case 'step':
      return { type: 'file', at, folder, step: { ...event.step }, outcome: event.outcome };
    case 'problem':
      return { type: 'problem', at, folder, problem: problemOut(event.problem) };
    case 'conflict':
      return { type: 'conflict', at, folder, conflict: { ...event.conflict } };
    case 'transfer':
      return transfer && { type: 'transfer', at, folder, transfer };
    default:
      return undefined;
  }
}

function problemOut({ path, side, code, message, attempts, nextTry }: SyncProblem) {
  return withoutUndefined({ path, side, code, message, attempts, nextTry });
}

/** JSON has no undefined: what is not known is left out. */
export function withoutUndefined<T extends object>(value: T): WithoutUndefined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, part]) => part !== undefined),
  ) as WithoutUndefined<T>;
}

/** `T`, in which what may be undefined may be left out. */
type WithoutUndefined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
