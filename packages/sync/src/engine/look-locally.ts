import { nameOf, type TreePath } from '@holdfast/base';
import type { Folder, LocalProblem } from '@holdfast/localfs';
import { ruleFileName } from '../choice/ignore-rules.ts';
import type { LeftOut } from '../choice/left-out.ts';
import { readLocal } from '../trees/read-local.ts';
import { readLocalPart } from '../trees/read-local-part.ts';
import type { Trees } from '../trees/trees.ts';

/** So many paths cost less when everything is looked at. */
const mostPaths = 1000;
/** How often a part may turn out to be too small before everything is looked at. */
const mostTries = 5;

/** A look at the disk that is complete for what it is about. */
export interface LocalLook {
  /** Takes it into the trees. */
  readonly take: () => void;
  /** Whether it was a look at everything. */
  readonly whole: boolean;
  /** What was seen and is not synced, in everything; `before` is what was known of it. */
  readonly problems: (before: readonly LocalProblem[]) => readonly LocalProblem[];
}

/** The two looks of a folder. */
export type Looks = Pick<Folder, 'look' | 'scan'>;

/**
 * Looks at the paths in `changed`, and at as much more as it takes to tell what has become of what is there; at
 * everything when `changed` is undefined, or where a look at a part leaves a doubt (R4).
 * @throws AppError those of `scan`.
 */
export async function lookLocally(
  trees: Trees,
  folder: Looks,
  changed: readonly TreePath[] | undefined,
  leftOut: Pick<LeftOut, 'filterPart' | 'filterWhole'> | undefined,
  signal: AbortSignal,
): Promise<LocalLook> {
  if (changed !== undefined && !changed.some((path) => nameOf(path) === ruleFileName)) {
    const part = await lookAtPart(trees, folder, changed, leftOut, signal);
    if (part !== undefined) return part;
  }
  const scan = await folder.scan(signal, leftOut?.filterWhole());
  return { whole: true, take: () => readLocal(trees, scan), problems: () => scan.problems };
}

async function lookAtPart(
  trees: Trees,
  folder: Looks,
  changed: readonly TreePath[],
  leftOut: Pick<LeftOut, 'filterPart'> | undefined,
  signal: AbortSignal,
): Promise<LocalLook | undefined> {
  if (changed.length === 0) return { whole: false, take: () => {}, problems: (before) => before };
  let paths = [...new Set(changed)];
  for (let tries = 0; tries < mostTries && paths.length <= mostPaths; tries += 1) {
    const scan = await folder.look(paths, signal, leftOut?.filterPart());
    const part = readLocalPart(trees, scan, paths, ruleFileName);
    if (part.kind === 'doubt') return undefined;
    if (part.kind === 'ready') {
      const seen = scan.problems.filter(({ path }) => part.paths.covers(path));
      return {
        whole: false,
        take: part.take,
        problems: (before) => [...before.filter(({ path }) => !part.paths.covers(path)), ...seen],
      };
    }
    paths = [...new Set([...paths, ...part.paths])];
  }
  return undefined;
}
