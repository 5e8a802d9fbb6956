import type { CareParts, PairChoices } from './care-parts.ts';
import { decideConflicts } from './decide-conflicts.ts';
import { explainFile } from './explain-file.ts';
import { fileHistory } from './file-history.ts';
import type { PairCare } from './pair-care.ts';
import { pastRunOf } from './past-run.ts';
import { restoreVersion } from './restore-version.ts';
import { tellTruth } from './tell-truth.ts';
import { undoRun } from './undo-run.ts';

const mostRuns = 100;

/** Joins all that people can ask about a pair and decide. What changes something waits until no run is under way. */
export function createCare(parts: CareParts, choices: PairChoices): PairCare {
  const { journal, alone } = parts;
  return {
    truth: () => tellTruth(parts, choices),
    why: (path) => explainFile(parts, choices, path),
    history: (path) => fileHistory(parts, path),
    runs: (limit = mostRuns) => journal.runs.list(limit).map(pastRunOf),
    undo: (run, { planOnly = false } = {}) => alone(() => undoRun(parts, run, planOnly)),
    restore: (version) => alone(() => restoreVersion(parts, version)),
    conflicts: () => journal.conflicts.open(),
    decide: (ids, keep) => alone(() => decideConflicts(parts, ids, keep)),
    keepThere: (path, options) => choices.keepThere(path, options),
    keepHere: (path) => choices.keepHere(path),
    there: () => choices.there(),
  };
}
