import { nameOf, parentOf, type TreePath } from '@holdfast/base';
import type { LocalEntry, LocalProblem, LocalScan, ScanFilter } from '../folder.ts';

/** What is left of a look after `filter`: the same as a folder shows that is looked at with it. */
export async function filterScan(scan: LocalScan, filter: ScanFilter): Promise<LocalScan> {
  const byFolder = new Map<TreePath, LocalEntry[]>();
  for (const entry of scan.entries) {
    const folder = parentOf(entry.path) ?? '';
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), entry]);
  }
  const entries: LocalEntry[] = [];
  const problems: LocalProblem[] = [...scan.problems];
  const walk = async (folder: TreePath): Promise<void> => {
    const children = byFolder.get(folder) ?? [];
    for (const entry of children) {
      if (nameOf(entry.path) === filter.ruleName && entry.kind === 'file') await filter.rules(entry);
    }
    for (const entry of children) {
      const reason = filter.leavesOut(entry);
      if (reason === undefined) {
        entries.push(entry);
        if (entry.kind === 'folder') await walk(entry.path);
      } else problems.push({ path: entry.path, reason });
    }
  };
  await walk('');
  return { entries, problems };
}
