import { childOf, parentOf, type TreePath } from '@holdfast/base';
import type { Folder } from '@holdfast/localfs';
import { IgnoreRules, ruleFileName } from '../choice/ignore-rules.ts';

/**
 * The rule that leaves out what is at `path`, as the files of rules above it are at this moment; undefined when none
 * does, and where they cannot be looked at.
 */
export async function ruleOf(folder: Folder, path: TreePath, isFolder: boolean): Promise<string | undefined> {
  const rules = new IgnoreRules(folder);
  const filter = rules.filterWhole(false);
  for (let at = parentOf(path); at !== undefined; at = parentOf(at)) {
    const entry = await folder.stat(childOf(at, ruleFileName)).catch(() => undefined);
    if (entry?.kind === 'file') await filter.rules(entry);
  }
  return rules.explain(path, isFolder);
}
