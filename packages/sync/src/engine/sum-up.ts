import { errorCodes } from '@holdfast/protocol';
import { keptFolders, wasRemoved } from '../choice/kept-folders.ts';
import type { LeftOut } from '../choice/left-out.ts';
import { type Item, shownPath } from '../trees/item.ts';
import { isPacked } from '../trees/packed-item.ts';
import { isSettled, type Trees } from '../trees/trees.ts';
import type { SkippedEntry } from './events.ts';
import type { ProblemList } from './problem-list.ts';
import type { RunReport } from './report.ts';
import type { RunOutcome } from './sync-run.ts';

/** What is the same on both sides. */
export function countEqual(trees: Trees): Pick<RunReport, 'filesEqual' | 'filesProven' | 'foldersEqual'> {
  let filesEqual = 0;
  let filesProven = 0;
  let foldersEqual = 0;
  for (const item of trees.items.values()) {
    if (!isSettled(item) || trees.frozen.has(item)) continue;
    if (item.folder) foldersEqual += 1;
    else {
      filesEqual += 1;
      if (isPacked(item) || isProven(item)) filesProven += 1;
    }
  }
  return { filesEqual, filesProven, foldersEqual };
}

/** Only what is proven is ever packed. */
function isProven({ base }: Item): boolean {
  return base?.unproven !== true && base?.sha.length === 64;
}

/**
 * Notes everything that keeps the trees from being equal, so that green means what it says (R11): what planning
 * found impossible, what could not be read, and what waits for one of these.
 */
export function noteLeftovers(
  trees: Trees,
  outcome: RunOutcome,
  problems: ProblemList,
  leftOut: LeftOut,
): void {
  for (const { path, unreadable, message } of leftOut.rules.complaints()) {
    problems.note(path, 'local', unreadable ? 'local-unreadable' : 'ignore-rules-bad', message);
  }
  for (const { item, side, code, message } of outcome.lastPlan.problems) {
    problems.note(shownPath(item), side, code, message);
  }
  for (const { path, reason } of outcome.observation.problems) {
    if (reason === 'unreadable')
      problems.note(path, 'local', 'local-unreadable', errorCodes['local-unreadable'].text);
    if (reason === 'bad-encoding') problems.note(path, 'local', 'name-impossible', badEncoding);
  }
  // What was only planned is all still to be done.
  if (outcome.steps !== undefined) return;
  for (const [item, { code }] of trees.frozen) {
    if (code !== 'symlink' && code !== 'special') continue;
    const path = shownPath(item);
    const message = `"${path}" was replaced by a link or device, which cannot be synced. It stays as it is on the server.`;
    problems.note(path, 'local', 'already-exists', message);
  }
  let kept: ReturnType<typeof keptFolders> | undefined;
  for (const item of trees.items.values()) {
    if (isSettled(item) || trees.frozen.has(item) || leftOut.isAside(item)) continue;
    if (wasRemoved(item)) {
      kept ??= keptFolders(trees, leftOut.isAside);
      if (kept.has(item)) continue;
    }
    const path = shownPath(item);
    if (!problems.has(path))
      problems.note(path, 'local', 'conflict', `"${path}" waits for something else that has a problem.`);
  }
}

const badEncoding = 'The name is not valid UTF-8. Rename it.';

/** What was seen and is not meant to be synced. */
export function skippedEntries(trees: Trees, outcome: RunOutcome, leftOut: LeftOut): SkippedEntry[] {
  const skipped: SkippedEntry[] = [];
  for (const { path, reason } of outcome.observation.problems) {
    if (reason === 'symlink' || reason === 'special') skipped.push({ path, reason });
    if (reason !== 'ignored') continue;
    const rule = leftOut.rules.explain(path, false) ?? leftOut.rules.explain(path, true);
    skipped.push({ path, reason, ...(rule === undefined ? {} : { rule }) });
  }
  for (const item of trees.items.values()) {
    if (!isSettled(item) && item.remote?.link === true && leftOut.isAside(item))
      skipped.push({ path: shownPath(item), reason: 'symlink' });
  }
  return skipped;
}

/** Green only when nothing is left (R11). */
export function stateOf(outcome: RunOutcome, problems: number): RunReport['state'] {
  if (outcome.steps !== undefined) return 'planned';
  if (problems > 0) return 'problems';
  return outcome.didSomething ? 'changed' : 'in-sync';
}
