import type { TreePath } from '@holdfast/base';
import type { PlannedStep, SkippedEntry, SyncConflict, SyncProblem } from '../engine/events.ts';

/** Steps of one kind. `12 files` + ` ` + `what`. */
export interface PlanGroup {
  readonly count: number;
  readonly noun: 'file' | 'folder' | 'item';
  /** Such as `go to the server`. */
  readonly what: string;
  /** Bytes that go over the wire or are read. */
  readonly bytes: number;
}

/** What of a report is summed up. */
interface Looked extends Pick<PlanSummary, 'mapped' | 'offers'> {
  readonly plan?: readonly PlannedStep[];
  readonly problems: readonly SyncProblem[];
  readonly conflicts: readonly SyncConflict[];
  readonly skipped: readonly SkippedEntry[];
}

/** A plan as a person reads it before saying yes. */
export interface PlanSummary {
  /** Whether anything is lost sight of: says that nothing is removed or replaced, or how much is. */
  readonly headline: string;
  readonly groups: readonly PlanGroup[];
  /** One sentence for each file that both sides have and that differs, as far as it is known before comparing. */
  readonly conflicts: readonly string[];
  /** What stays on one side, with the reason: impossible names, unreadable folders, links, ignored files. */
  readonly notSynced: readonly { readonly path: TreePath; readonly reason: string }[];
  /** What gets another name here or on the server. */
  readonly mapped: readonly { readonly local: TreePath; readonly remote: TreePath }[];
  /** Folders that one may want to leave out, such as `node_modules`. */
  readonly offers: readonly TreePath[];
  /** Files that are removed or replaced on either side. */
  readonly replaced: number;
}

/** Sums up what would be done, as the report of a run with `planOnly` tells it. */
export function summarizePlan({
  plan = [],
  conflicts,
  problems,
  skipped,
  mapped,
  offers,
}: Looked): PlanSummary {
  const groups = kinds.flatMap(({ fits, noun, what }): PlanGroup[] => {
    const steps = plan.filter(fits);
    if (steps.length === 0) return [];
    const count = steps.reduce((sum, step) => sum + (step.kind === 'delete' ? step.destroys : 1), 0);
    return count === 0
      ? []
      : [{ count, noun, what, bytes: steps.reduce((sum, { bytes }) => sum + bytes, 0) }];
  });
  const replaced = plan.reduce((sum, { destroys }) => sum + destroys, 0);
  const notSynced = [
    ...problems.map(({ path, message }) => ({ path, reason: message })),
    ...skipped.map(({ path, reason, rule }) => ({ path, reason: rule ?? skipReasons[reason] })),
  ];
  return {
    headline: headlineOf(plan.length, replaced),
    groups,
    conflicts: conflicts.map(({ message }) => message),
    notSynced,
    mapped,
    offers,
    replaced,
  };
}

function headlineOf(steps: number, replaced: number): string {
  if (steps === 0) return 'Nothing to do: both sides are equal.';
  if (replaced === 0) return 'Nothing is removed or replaced on either side.';
  return replaced === 1 ? 'One file is removed or replaced.' : `${replaced} files are removed or replaced.`;
}

const skipReasons = {
  symlink: 'A symbolic link: it is not followed.',
  special: 'A socket, pipe or device.',
  ignored: 'Left out by a rule.',
} as const;

type Fits = (step: PlannedStep) => boolean;

const is =
  (kind: PlannedStep['kind'], side: PlannedStep['side'] | undefined, replaces?: boolean): Fits =>
  (step) =>
    step.kind === kind &&
    (side === undefined || step.side === side) &&
    (replaces === undefined || step.destroys > 0 === replaces);

/** In the order of what a person wants to know first. */
const kinds: readonly { readonly fits: Fits; readonly noun: PlanGroup['noun']; readonly what: string }[] = [
  {
    fits: is('set-aside', undefined),
    noun: 'file',
    what: 'differ on both sides: both versions are kept, the local one as a copy beside it',
  },
  { fits: is('upload', undefined, true), noun: 'file', what: 'replace what is on the server' },
  {
    fits: is('download', undefined, true),
    noun: 'file',
    what: 'replace what is here, which stays in the local history',
  },
  { fits: is('delete', 'local'), noun: 'file', what: 'are removed here and stay in the local history' },
  { fits: is('delete', 'remote'), noun: 'file', what: 'are removed on the server' },
  { fits: is('upload', undefined, false), noun: 'file', what: 'go to the server' },
  { fits: is('download', undefined, false), noun: 'file', what: 'come here' },
  { fits: is('mkdir', 'remote'), noun: 'folder', what: 'are made on the server' },
  { fits: is('mkdir', 'local'), noun: 'folder', what: 'are made here' },
  { fits: is('move', 'remote'), noun: 'item', what: 'are moved or renamed on the server' },
  { fits: is('move', 'local'), noun: 'item', what: 'are moved or renamed here' },
  {
    fits: (step) => step.kind === 'hash' || step.kind === 'compare',
    noun: 'file',
    what: 'are on both sides and are compared first; of those that differ both versions are kept',
  },
  { fits: is('touch', undefined), noun: 'item', what: 'get the time and rights of the other side' },
];
