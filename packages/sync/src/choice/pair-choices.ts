import { AppError, isAppError, isWithin, nameOf, type TreePath } from '@holdfast/base';
import type { Remote } from '@holdfast/client';
import type { CareParts, PairChoices } from '../care/care-parts.ts';
import { type Item, localEntryOf, pathOf } from '../trees/item.ts';
import { isSettled, type Trees } from '../trees/trees.ts';
import { findItem, itemsBelow } from './find-item.ts';
import { type Freed, freeFiles } from './free-files.ts';
import { ruleFileName } from './ignore-rules.ts';

/** What choosing works with. */
export interface ChoiceParts extends CareParts {
  /** The trees as of the last run. Changed only alone. */
  readonly trees: () => Trees;
  /** Undefined where no server can be asked. */
  readonly remote: Remote | undefined;
}

/** What people choose about one pair: what is here, and what is on the server only. */
export function createChoices(parts: ChoiceParts): PairChoices {
  const { alone, changed } = parts;
  return {
    keepThere: (path, { hide = false } = {}) =>
      alone(async () => {
        try {
          return await keepThere(parts, path, hide);
        } finally {
          changed();
        }
      }),
    keepHere: (path) =>
      alone(async () => {
        keepHere(parts, path);
        changed();
      }),
    there: () => (parts.journal.choices.isEmpty() ? [] : listThere(parts.trees())),
  };
}

async function keepThere(parts: ChoiceParts, path: TreePath, hide: boolean): Promise<Freed> {
  const trees = parts.trees();
  const item = known(trees, path);
  const { choices } = trees;
  const here = item.folder ? itemsBelow(trees, item, 'local') : [item];
  const files = here.filter(({ folder, local }) => !folder && local !== undefined);
  const folders = hide && item.folder ? [item, ...here.filter(({ folder }) => folder)] : [];
  if (hide && item.folder) {
    // What was wanted here in spite of an earlier choice is not any more.
    for (const below of itemsBelow(trees, item, 'remote'))
      if (choices.get(below) === 'here') choices.delete(below);
    for (const folder of folders) choices.set(folder, 'hidden');
  }
  for (const one of item.folder ? itemsBelow(trees, item, 'remote') : [item])
    if (isToCome(one) && !isRules(one)) choices.set(one, 'there');
  parts.journal.commit(trees, []);
  const freed: Freed = { files: 0, bytes: 0, left: [] };
  const freeing = { ...parts, trees };
  await freeFiles(
    freeing,
    files.filter((one) => !isRules(one)),
    freed,
  );
  // Rules say what is left out beside and below them: they go last, and only where nothing else is left.
  for (const one of files.filter(isRules).reverse()) {
    if (folders.length > 0 && (await isAlone(parts, one))) await freeFiles(freeing, [one], freed);
    else if (one === item)
      freed.left.push({ path, reason: 'It says what is left out here, and stays for that.' });
  }
  for (const folder of folders.reverse()) await removeEmpty(parts, folder);
  parts.journal.commit(trees, folders);
  return freed;
}

function isRules({ local, remote }: Item): boolean {
  return (local ?? remote)?.name === ruleFileName;
}

/** Whether a folder below the topmost one has nothing in it any more but rules and other such folders. */
async function isAlone({ folder: disk }: ChoiceParts, { local }: Item): Promise<boolean> {
  if (local === undefined || local.parent.key === 0) return false;
  const folder = pathOf(local.parent, 'local');
  const { entries, problems } = await disk.look([folder]);
  if (problems.length > 0) return false;
  for (const { path, kind } of entries) {
    if (kind === 'file' && isWithin(path, folder) && nameOf(path) !== ruleFileName) return false;
  }
  return true;
}

/** A file that was never here: it need not come. */
function isToCome({ folder, local, remote, base }: Item): boolean {
  return !folder && local === undefined && remote !== undefined && base === undefined;
}

/** A folder in which something is left stays. */
async function removeEmpty({ folder: disk }: ChoiceParts, folder: Item): Promise<void> {
  const { local } = folder;
  if (folder.key === 0 || local === undefined || folder.remote === undefined) return;
  try {
    await disk.remove(localEntryOf(folder, local));
  } catch (error) {
    if (isAppError(error)) return;
    throw error;
  }
  folder.local = undefined;
  folder.base = undefined;
}

function keepHere(parts: ChoiceParts, path: TreePath): void {
  const trees = parts.trees();
  const item = known(trees, path);
  const { choices } = trees;
  choices.delete(item);
  for (const below of item.folder ? itemsBelow(trees, item, 'remote') : []) {
    if (choices.get(below) !== 'ignored') choices.delete(below);
  }
  if (choices.isThere(item)) choices.set(item, 'here');
  parts.journal.commit(trees, []);
}

/** @throws AppError `not-found`. */
function known(trees: Trees, path: TreePath): Item {
  const item = findItem(trees, path);
  if (item === undefined) {
    throw new AppError('not-found', {
      path,
      message: `"${path}" is not known. Sync first, or look at its name.`,
    });
  }
  return item;
}

/** Files that are on the server only, and folders that are hidden with all in them, the topmost ones. */
function listThere(trees: Trees): ReturnType<PairChoices['there']> {
  const { choices } = trees;
  if (choices.size === 0) return [];
  const sums = new Map<Item, { files: number; size: number }>();
  const files: { path: TreePath; kind: 'file'; files: number; size: number }[] = [];
  for (const [item, choice] of choices) {
    if (choice === 'hidden' && topHidden(trees, item) === item) sums.set(item, { files: 0, size: 0 });
  }
  for (const item of trees.items.values()) {
    if (
      isSettled(item) ||
      item.folder ||
      item.local !== undefined ||
      item.remote === undefined ||
      !choices.isThere(item)
    )
      continue;
    const top = sums.size === 0 ? undefined : topHidden(trees, item);
    const { size } = item.remote;
    if (top === undefined) files.push({ path: pathOf(item, 'local'), kind: 'file', files: 1, size });
    else {
      const sum = sums.get(top) ?? { files: 0, size: 0 };
      sums.set(top, { files: sum.files + 1, size: sum.size + size });
    }
  }
  const folders = Array.from(sums, ([item, sum]) => ({
    path: pathOf(item, 'local'),
    kind: 'folder' as const,
    ...sum,
  }));
  return [...folders, ...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The topmost of the hidden folders that an item lies in without one between that is wanted here; itself counts. */
function topHidden({ choices }: Trees, item: Item): Item | undefined {
  let top: Item | undefined;
  for (let at: Item | undefined = item; at !== undefined; at = at.key === 0 ? undefined : at.remote?.parent) {
    const choice = choices.get(at);
    if (choice === 'here') break;
    if (choice === 'hidden') top = at;
  }
  return top;
}
