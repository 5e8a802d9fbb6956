import type { TreePath } from '@holdfast/base';
import type { LocalEntry } from '@holdfast/localfs';
import type { StoredLine } from '../journal/log-table.ts';
import type { Undone, UndoParts } from './undo-parts.ts';

/** The names of what was on its way through a ring of renames. */
const movingName = /^\.holdfast-move-/;

/** Takes back a rename, of the very same file or folder, to a name that must be free. */
export async function undoMove(parts: UndoParts, line: StoredLine): Promise<Undone> {
  const { hands, parked } = parts;
  const { path: from, target: to } = line;
  if (to === undefined) return undefined;
  const entry = await hands.stat(to);
  if (entry === undefined) {
    // Taken back already, or gone since.
    const back = await hands.stat(from);
    return back === undefined
      ? { path: to, reason: 'It was removed or moved since. It was left alone.' }
      : undefined;
  }
  if (!(await isSame(parts, entry, line))) {
    return { path: to, reason: 'Something else is in its place by now. It was left alone.' };
  }
  const there = await hands.stat(from);
  // On a disk that folds case the old name is the new one.
  if (there !== undefined && there.id !== entry.id) {
    const reason = `It cannot go back: "${from}" is taken by now.`;
    return { path: movingName.test(to) ? await unpark(parts, entry) : to, reason };
  }
  await hands.move(entry, from, line.key);
  if (movingName.test(from)) {
    parked.set(from, to);
    return undefined;
  }
  return { path: from, sentence: `"${parked.get(to) ?? to}" is called "${from}" again.` };
}

async function isSame(
  { hands, journal }: UndoParts,
  entry: LocalEntry,
  { key, sha }: StoredLine,
): Promise<boolean> {
  const item = key === undefined ? undefined : journal.nodes.withKey(key);
  return (
    hands.knows(entry) ||
    (item?.base !== undefined && String(item.base.local.id) === entry.id) ||
    (entry.kind === 'file' && sha !== undefined && (await hands.sha(entry)) === sha)
  );
}

/** What cannot go on from a moving name goes back to where it was, or beside it. */
async function unpark({ hands, parked }: UndoParts, entry: LocalEntry): Promise<TreePath> {
  const was = parked.get(entry.path) ?? entry.path.replace(movingName, 'moved ');
  for (let n = 1; ; n += 1) {
    const to = n === 1 ? was : `${was} (${n})`;
    if ((await hands.stat(to)) !== undefined) continue;
    await hands.move(entry, to);
    return to;
  }
}
