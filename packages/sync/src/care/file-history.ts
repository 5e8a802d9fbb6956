import type { TreePath } from '@holdfast/base';
import type { KeptFile } from '@holdfast/localfs';
import type { CareParts } from './care-parts.ts';
import type { Decision, KeptVersion } from './pair-care.ts';
import { decisionOf } from './past-run.ts';

const mostDecisions = 1000;

/**
 * What was done about the file at `path`, and its kept versions, latest first. It follows the file through renames:
 * a version from before one counts as one of this path.
 */
export async function fileHistory(
  { journal, folder }: CareParts,
  path: TreePath,
): Promise<{ decisions: readonly Decision[]; versions: readonly KeptVersion[] }> {
  const key = journal.nodes.at(path)?.key;
  const lines = journal.lines.about(path, key, mostDecisions);
  const versions = new Map<string, KeptFile>();
  for (const version of await folder.kept(path)) {
    // A folder may have been here.
    if (version.path === path) versions.set(version.id, version);
  }
  const former = new Map<TreePath, Set<string>>();
  for (const line of lines) {
    if (line.kept === undefined || line.path === path || line.key !== key) continue;
    const ids = former.get(line.path) ?? new Set();
    former.set(line.path, ids.add(line.kept));
  }
  for (const [at, ids] of former) {
    for (const version of await folder.kept(at)) if (ids.has(version.id)) versions.set(version.id, version);
  }
  return {
    decisions: lines.map(decisionOf),
    versions: [...versions.values()]
      .sort((a, b) => b.at - a.at || (b.run ?? 0) - (a.run ?? 0))
      .map(({ run, at, size, shown }) => ({ run, at, path, size, kept: shown })),
  };
}
