import { isAppError } from '@holdfast/base';
import type { CareParts } from './care-parts.ts';
import { followCopies } from './follow-copies.ts';
import { RealHands } from './hands.ts';
import type { OpenConflict } from './pair-care.ts';
import { sourceOfFile } from './sources.ts';

type Keep = 'mine' | 'theirs' | 'both';

/**
 * Decides conflicts, all of them in one run that can be undone. One that cannot be decided now stays open and does
 * not stop the others. Returns those that are open afterwards.
 * @throws AppError what stops every step, such as `local-disk-full`.
 */
export async function decideConflicts(
  parts: CareParts,
  ids: readonly number[],
  keep: Keep,
): Promise<readonly OpenConflict[]> {
  const { conflicts } = parts.journal;
  const wanted = new Set(ids);
  const chosen = conflicts.open().filter(({ id }) => wanted.has(id));
  if (chosen.length === 0) return conflicts.open();
  if (keep === 'both') {
    for (const { id } of chosen) conflicts.decide(id, 'both');
    return conflicts.open();
  }
  const hands = new RealHands(parts, 'decide');
  let decided = 0;
  try {
    for (const conflict of chosen) {
      if (!(await tryOne(() => decideOne(parts, hands, conflict, keep)))) continue;
      conflicts.decide(conflict.id, keep);
      decided += 1;
    }
  } catch (error) {
    hands.finish({ keep, decided }, 'stopped');
    throw error;
  }
  hands.finish({ keep, decided });
  await followCopies(parts);
  return conflicts.open();
}

/** True when it is done. In any order of interruptions both versions are in the folder or in the history. */
async function decideOne(
  { folder, journal }: CareParts,
  hands: RealHands,
  { path, copy }: OpenConflict,
  keep: Keep,
): Promise<boolean> {
  const mine = copy === undefined ? undefined : await folder.stat(copy);
  if (mine?.kind !== 'file') return false;
  const theirs = await folder.stat(path);
  if (theirs?.kind === 'folder') return false;
  if (keep === 'theirs') {
    // Nothing is there any more that it could be let go for.
    if (theirs === undefined) return false;
    await hands.remove(mine);
    return true;
  }
  if (theirs === undefined) {
    await hands.move(mine, path, journal.nodes.at(mine.path)?.key);
    return true;
  }
  const same = theirs.size === mine.size && (await hands.sha(theirs)) === (await hands.sha(mine));
  if (!same) await hands.put(sourceOfFile(folder, mine), path, theirs);
  await hands.remove(mine);
  return true;
}

async function tryOne(act: () => Promise<boolean>): Promise<boolean> {
  try {
    return await act();
  } catch (error) {
    if (isAppError(error, 'target-changed', 'local-denied', 'local-unreadable')) return false;
    throw error;
  }
}
