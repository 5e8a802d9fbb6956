import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, type Clock, type TreePath } from '@holdfast/base';
import type { DiskRoot } from './disk-root.ts';
import type { LocalEntry, LocalProblem, LocalScan, ScanFilter } from './folder.ts';
import { kindOf } from './local-entry.ts';
import { isBookkeepingName, stagePrefix } from './own-names.ts';
import { ScanEntries } from './scan-entries.ts';
import { systemCodeOf } from './translate-error.ts';
import type { Wanted } from './wanted-paths.ts';

/** How long the scan may keep the event loop, in milliseconds. */
const turnMs = 8;
const entriesBetweenLooks = 64;

/**
 * Looks at everything below the root, folders before what is in them. Synchronous calls in short turns: several
 * times quicker than asynchronous ones, which cost a thread hop for each entry. `strays` are disk paths of our own
 * temporary files below the root that an interrupted run has left. With `wanted` only at that part, and at the folders
 * on the way to it. Names are always those that the disk lists, however it finds them.
 * @throws AppError `folder-missing`, `local-unreadable` for the root itself.
 */
export async function scanFolder(
  root: DiskRoot,
  clock: Clock,
  signal?: AbortSignal,
  filter?: ScanFilter,
  wanted: Wanted = 'all',
): Promise<{ scan: LocalScan; strays: string[] }> {
  signal?.throwIfAborted();
  const strays: string[] = [];
  const entries = new ScanEntries();
  const problems: LocalProblem[] = [];
  root.check();
  const pending: { readonly folder: TreePath; readonly wanted: Wanted }[] = [{ folder: '', wanted }];
  let turnStart = clock.monotonic();
  let untilLook = entriesBetweenLooks;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { folder, wanted: here } = next;
    const names = namesIn(root, folder, problems);
    entries.enter(folder);
    if (filter !== undefined && names.includes(filter.ruleName)) await readRules(root, folder, filter);
    for (const name of names) {
      if (--untilLook === 0) {
        untilLook = entriesBetweenLooks;
        if (clock.monotonic() - turnStart > turnMs) {
          await nextTurn();
          signal?.throwIfAborted();
          turnStart = clock.monotonic();
        }
      }
      if (isBookkeepingName(name)) {
        if (name.startsWith(stagePrefix) && folder !== '') strays.push(`${root.path}/${folder}/${name}`);
        continue;
      }
      const below = here === 'all' ? here : here.get(name);
      if (below === undefined) continue;
      const path = flat(folder, name);
      const seen = look(root, path, problems);
      if (!seen) continue;
      const reason = filter?.leavesOut(seen);
      if (reason !== undefined) {
        problems.push({ path, reason });
        continue;
      }
      entries.add(name, seen);
      if (seen.kind === 'folder') pending.push({ folder: path, wanted: below });
    }
  }
  // A root that went away in the middle makes every folder look empty (R4).
  root.check();
  return { scan: { entries, problems }, strays };
}

async function readRules(root: DiskRoot, folder: TreePath, filter: ScanFilter): Promise<void> {
  const entry = look(root, flat(folder, filter.ruleName), []);
  if (entry?.kind === 'file') await filter.rules(entry);
}

function look(root: DiskRoot, path: TreePath, problems: LocalProblem[]): LocalEntry | undefined {
  let stats: BigIntStats | undefined;
  try {
    stats = lstatSync(`${root.path}/${path}`, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    problems.push(unreadable(path, error));
    return undefined;
  }
  if (!stats) return undefined;
  const entry = entryAt(root, path, stats);
  if (!entry) {
    const kind = kindOf(Number(stats.mode));
    problems.push({ path, reason: kind === 'symlink' ? 'symlink' : 'special' });
  }
  return entry;
}

function entryAt(root: DiskRoot, path: TreePath, stats: BigIntStats): LocalEntry | undefined {
  try {
    return root.entryOf(path, stats);
  } catch {
    // A link that was there a moment ago; what it has become is seen by the next look.
    return undefined;
  }
}

function namesIn(root: DiskRoot, folder: TreePath, problems: LocalProblem[]): string[] {
  const at = folder === '' ? root.path : `${root.path}/${folder}`;
  try {
    const names = readdirSync(at);
    if (!names.some((name) => name.includes('\uFFFD'))) return names;
    return validNames(at, folder, problems);
  } catch (error) {
    const code = systemCodeOf(error);
    if (folder === '') {
      if (code === 'ENOENT' || code === 'ENOTDIR') throw new AppError('folder-missing', {}, { cause: error });
      throw new AppError('local-unreadable', { path: '', code }, { cause: error });
    }
    // Removed since its parent was read: gone, as if it had never been listed.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') problems.push(unreadable(folder, error));
    return [];
  }
}

/** Names that are not UTF-8 decode with U+FFFD in them; a name may also hold that character by right. */
function validNames(at: string, folder: TreePath, problems: LocalProblem[]): string[] {
  const names: string[] = [];
  for (const raw of readdirSync(at, { encoding: 'buffer' })) {
    const name = raw.toString('utf8');
    if (Buffer.from(name, 'utf8').equals(raw)) names.push(name);
    else problems.push({ path: flat(folder, name), reason: 'bad-encoding' });
  }
  return names;
}

function unreadable(path: TreePath, error: unknown): LocalProblem {
  const code = systemCodeOf(error);
  return code === undefined ? { path, reason: 'unreadable' } : { path, reason: 'unreadable', code };
}

/** Joined by one template, which V8 keeps as a rope; the look-up of the disk path flattens only its own copy. */
function flat(folder: TreePath, name: string): TreePath {
  return folder === '' ? name : `${folder}/${name}`;
}
