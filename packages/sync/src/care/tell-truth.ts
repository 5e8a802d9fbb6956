import type { CareParts, PairChoices } from './care-parts.ts';
import type { PairTruth } from './pair-care.ts';
import { pastRunOf } from './past-run.ts';

/** What a run has counted when it had looked at everything. */
export interface PairCounts {
  /** Files that are the same on both sides. */
  readonly files: number;
  /** Those of them whose bytes are proven equal by hash. */
  readonly proven: number;
}

/**
 * What a pair is at, from the journal alone. Green is only what a run has found and nothing has shaken since: the
 * latest run was a sync, has ended, and has left nothing (R11).
 */
export function tellTruth({ journal, unsettled }: CareParts, choices: PairChoices): PairTruth {
  const [last] = journal.runs.list(1);
  const problems = journal.problems();
  const { greenAt, counts } = journal.meta();
  const clean = last?.kind === 'sync' && (last.state === 'in-sync' || last.state === 'changed');
  return {
    green: clean && last.finished !== undefined && problems.length === 0 && !unsettled(),
    lastRun: last === undefined ? undefined : pastRunOf(last),
    greenAt: greenAt === undefined ? undefined : Number(greenAt),
    ...readCounts(counts),
    there: choices.there().reduce((sum, { files }) => sum + files, 0),
    problems,
    conflicts: journal.conflicts.open().length,
  };
}

/** The counts as the journal keeps them. */
export function writeCounts(counts: PairCounts): string {
  return JSON.stringify(counts);
}

function readCounts(text: string | undefined): PairCounts {
  if (text === undefined) return { files: 0, proven: 0 };
  const { files = 0, proven = 0 } = JSON.parse(text) as Partial<PairCounts>;
  return { files, proven };
}
