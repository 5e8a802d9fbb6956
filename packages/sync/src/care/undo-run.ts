import { AppError, isAppError } from '@holdfast/base';
import type { KeptFile } from '@holdfast/localfs';
import { textOf } from '@holdfast/protocol';
import type { StoredLine } from '../journal/log-table.ts';
import type { StoredRun } from '../journal/run-table.ts';
import { ByteFinder } from './byte-finder.ts';
import type { CareParts } from './care-parts.ts';
import { RealHands } from './hands.ts';
import type { UndoReport } from './pair-care.ts';
import { PlannedHands } from './planned-hands.ts';
import { undoStep } from './undo-step.ts';

/**
 * Takes back a run, last step first. Each step has its own precondition, so that an undo that was interrupted can be
 * done again, and one that was done can be undone. A file that cannot be taken back does not stop the others.
 * @throws AppError `not-found` for a run that is not known; what stops every step, such as `local-disk-full`.
 */
export async function undoRun(parts: CareParts, run: number, planOnly: boolean): Promise<UndoReport> {
  const { journal } = parts;
  const record = journal.runs.get(run);
  if (record === undefined) throw unknownRun(run);
  const lines = journal.lines.ofRun(run).filter(({ outcome }) => outcome === 'done');
  const versions = new Map((await parts.folder.kept('')).map((version) => [version.id, version]));
  const hands = planOnly ? await PlannedHands.over(parts.folder) : new RealHands(parts, 'undo');
  const undoParts = {
    ...parts,
    hands,
    versions,
    bytes: new ByteFinder(parts, versions),
    own: record.kind !== 'sync',
    newcomers: new Map<string, string>(),
    parked: new Map<string, string>(),
  };
  const done: { path: string; sentence: string }[] = [];
  const left: { path: string; reason: string }[] = [];
  const summary = () => ({ undoes: run, done: done.length, left: left.length });
  try {
    for (const line of lines.reverse()) {
      const undone = await tryStep(() => undoStep(undoParts, line), line);
      if (undone === undefined) continue;
      if ('sentence' in undone) done.push(undone);
      else left.push(undone);
    }
    const lost = journal.lines.lacks(run) && record.state !== 'in-sync';
    if (lost) left.push({ path: '', reason: tooOld });
    if (lost || record.finished === undefined) left.push(...notWrittenDown(versions.values(), record, lines));
  } catch (error) {
    if (hands instanceof RealHands) hands.finish(summary(), 'stopped');
    throw error;
  }
  if (hands instanceof RealHands) {
    if (done.length > 0 || left.length === 0) journal.runs.markUndone(run, hands.run);
    hands.finish(summary());
  }
  return { run, done, left };
}

type Undone = Awaited<ReturnType<typeof undoStep>>;

async function tryStep(act: () => Promise<Undone>, { path }: StoredLine): Promise<Undone> {
  try {
    return await act();
  } catch (error) {
    if (isAppError(error, 'target-changed'))
      return { path, reason: 'It changed just now. It was left alone.' };
    if (
      isAppError(error, 'local-denied', 'local-unreadable', 'name-impossible', 'link-outside', 'not-found')
    ) {
      return { path, reason: textOf(error) };
    }
    throw error;
  }
}

const tooOld =
  'The journal does not hold all steps of this run any more. Those that it holds were taken back.';

/** What a run has kept in the history that is not in the journal: it was killed, or is long ago. */
function notWrittenDown(
  versions: Iterable<KeptFile>,
  { id: run, started }: StoredRun,
  lines: readonly StoredLine[],
): UndoReport['left'] {
  const known = new Set(lines.map(({ kept }) => kept));
  const reason =
    'It was replaced or removed, and the journal does not say how. Its history has the version of before.';
  return [...versions]
    .filter((version) => version.run === run && version.at > started - clockSlack && !known.has(version.id))
    .map(({ path }) => ({ path, reason }));
}

/** Milliseconds that clocks may be set back. A run of an earlier journal has had the same number long before. */
const clockSlack = 60_000;

function unknownRun(run: number): AppError {
  return new AppError('not-found', { message: `There is no run ${run} in the journal of this folder.` });
}
