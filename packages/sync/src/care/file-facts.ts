import { isAppError, isWithin, type TreePath } from '@holdfast/base';
import type { LocalEntry } from '@holdfast/localfs';
import type { ErrorCode } from '@holdfast/protocol';
import type { SkippedEntry, SyncProblem } from '../engine/events.ts';
import type { StoredLine } from '../journal/log-table.ts';
import type { StoredRun } from '../journal/run-table.ts';
import type { Item } from '../trees/item.ts';
import type { CareParts, PairChoices } from './care-parts.ts';
import { remotePathOf } from './known-state.ts';
import type { OpenConflict } from './pair-care.ts';
import { ruleOf } from './rule-of.ts';

/** All that is known of one path. */
export interface FileFacts {
  readonly path: TreePath;
  /** What was agreed on, and what the server was last seen with. */
  readonly item: Item | undefined;
  /** What is on the disk at this moment. */
  readonly entry: LocalEntry | undefined;
  /** Of the path itself, or of a folder above that cannot be read. */
  readonly problem: SyncProblem | undefined;
  /** An open one. */
  readonly conflict: OpenConflict | undefined;
  /** By choice on the server only. */
  readonly there: boolean;
  /** Left alone for what it is, by itself or with a folder above. */
  readonly skipped: SkippedEntry | undefined;
  readonly rule: string | undefined;
  readonly line: StoredLine | undefined;
  /** Why the latest run ended before its work was done, and what the server has said. */
  readonly stop: { readonly code: string; readonly answer: string | undefined } | undefined;
}

/** Looks at everything that says something about `path`. @throws AppError when the folder as a whole is not there. */
export async function gatherFacts(
  { journal, folder }: CareParts,
  choices: PairChoices,
  path: TreePath,
): Promise<FileFacts> {
  const item = journal.nodes.at(path);
  const looked = await look(folder.stat(path));
  const entry = looked instanceof Error ? undefined : looked;
  const noted = problemAt(journal.problems(), path, item);
  const unreadable = looked instanceof Error ? asProblem(path, looked) : undefined;
  const conflict = journal.conflicts.about(path);
  const skipped = journal.skipped().find((one) => isWithin(path, one.path));
  const isFolder = entry === undefined ? item?.folder === true : entry.kind === 'folder';
  const [last] = journal.runs.list(1);
  return {
    path,
    item,
    entry,
    problem: noted ?? unreadable,
    conflict: conflict?.open === true ? conflict : undefined,
    there: entry === undefined && choices.there().some((one) => isWithin(path, one.path)),
    skipped,
    rule: (await ruleOf(folder, path, isFolder)) ?? skipped?.rule,
    line: journal.lines.about(path, item?.key, 1)[0],
    stop: stopOf(last),
  };
}

function stopOf(run: StoredRun | undefined): FileFacts['stop'] {
  if (run?.state !== 'stopped' || typeof run.summary.stop !== 'string') return undefined;
  const { stop: code, answer } = run.summary;
  return { code, answer: typeof answer === 'string' ? answer : undefined };
}

async function look(stat: Promise<LocalEntry | undefined>): Promise<LocalEntry | undefined | Error> {
  try {
    return await stat;
  } catch (error) {
    if (isAppError(error, 'local-unreadable', 'local-denied', 'name-impossible', 'bad-path')) return error;
    throw error;
  }
}

/** One that is noted under the name here or on the server, or of the nearest folder above that cannot be read. */
function problemAt(
  problems: readonly SyncProblem[],
  path: TreePath,
  item: Item | undefined,
): SyncProblem | undefined {
  const there = item === undefined ? path : remotePathOf(item);
  const own = problems.find((one) => one.path === path || (one.side === 'remote' && one.path === there));
  const above = problems.filter((one) => one.code === 'local-unreadable' && isWithin(path, one.path));
  return own ?? above.sort((a, b) => b.path.length - a.path.length)[0];
}

function asProblem(path: TreePath, error: Error): SyncProblem {
  const code = isAppError(error) ? (error.code as ErrorCode) : 'local-unreadable';
  return { path, side: 'local', code, message: error.message, attempts: 0, nextTry: undefined };
}
