import { AppError } from '@holdfast/base';
import type { KeptFile } from '@holdfast/localfs';
import type { CareParts } from './care-parts.ts';
import { RealHands } from './hands.ts';
import type { KeptVersion } from './pair-care.ts';
import { sourceOfKept } from './sources.ts';

/**
 * Puts a kept version in its place; what is there goes to the history. The version stays in the history too.
 * @throws AppError `not-found` when it is kept no more; `is-a-folder` when a folder is in its place; those of the
 *   folder.
 */
export async function restoreVersion(parts: CareParts, version: KeptVersion): Promise<void> {
  const { folder } = parts;
  const { path } = version;
  const kept = await findKept(parts, version);
  if (kept === undefined) {
    throw new AppError('not-found', { path, message: `This version of "${path}" is not kept any more.` });
  }
  const now = await folder.stat(path);
  if (now?.kind === 'folder') {
    throw new AppError('is-a-folder', { path, message: `A folder is in the place of "${path}" now.` });
  }
  const hands = new RealHands(parts, 'restore');
  try {
    await hands.put(sourceOfKept(folder, kept), path, now ?? 'absent');
  } catch (error) {
    hands.finish({ path }, 'stopped');
    throw error;
  }
  hands.finish({ path, version: kept.id });
}

/** A version may have been kept under an earlier path of the file. */
async function findKept({ folder }: CareParts, { path, kept }: KeptVersion): Promise<KeptFile | undefined> {
  const fits = ({ shown }: KeptFile) => shown === kept;
  return (await folder.kept(path)).find(fits) ?? (await folder.kept('')).find(fits);
}
