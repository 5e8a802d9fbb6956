import { constants, linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError, type TreePath } from '@holdfast/base';
import type { DirectorySync } from './directory-sync.ts';
import type { DiskRoot } from './disk-root.ts';
import type { Expected, LocalEntry, OnKept } from './folder.ts';
import type { History } from './history.ts';
import { entryOf, isAsExpected } from './local-entry.ts';
import { stagePrefix } from './own-names.ts';
import { type Attributes, setAttributes } from './set-attributes.ts';
import { cannotLink } from './translate-error.ts';

/** What guarded changes work with. */
export interface ChangeParts {
  readonly root: DiskRoot;
  readonly history: History;
  readonly sync: DirectorySync;
}

/** @throws AppError `target-changed` when `path` is not as expected. Returns what is there. */
export function compareNow(
  root: DiskRoot,
  path: TreePath,
  expected: Expected,
  moved?: 'moved',
): LocalEntry | undefined {
  const stats = root.lstat(path);
  const now = stats && entryOf(path, stats);
  // Something that is no file and no folder stands where nothing should.
  const inTheWay = stats !== undefined && now === undefined;
  if (inTheWay || !isAsExpected(expected, now, moved)) throw new AppError('target-changed', { path });
  return now;
}

/**
 * Puts the file at `source` at `path`. Where nothing was, it is linked in, which never replaces. Where a file was,
 * that one first gets a durable name in the history; then one rename replaces it.
 */
export async function placeFile(
  parts: ChangeParts,
  source: string,
  path: TreePath,
  expected: Expected,
  attributes: Attributes,
  onKept?: OnKept,
): Promise<void> {
  const at = parts.root.locate(path);
  compareNow(parts.root, path, expected);
  const from = await onSameDisk(source, at);
  try {
    if (expected === 'absent') {
      setAttributes(from, lstatSync(from).mode, attributes);
      renameWithoutReplacing(from, at, path);
    } else {
      await replaceFile(parts, from, at, path, expected, attributes, onKept);
    }
  } catch (error) {
    if (from !== source) unlinkSync(from);
    throw error;
  }
  await parts.sync.syncParents(at);
}

async function replaceFile(
  { root, history, sync }: ChangeParts,
  from: string,
  at: string,
  path: TreePath,
  expected: LocalEntry,
  attributes: Attributes,
  onKept: OnKept | undefined,
): Promise<void> {
  if (expected.kind !== 'file') throw new AppError('target-changed', { path });
  const slot = await history.prepare(path);
  setAttributes(from, lstatSync(at).mode, attributes);
  compareNow(root, path, expected);
  await history.keep(at, slot.at);
  try {
    // The second name has changed the change time; from here on it has to stay as it is now.
    const kept = compareNow(root, path, expected, 'moved');
    await sync.syncParents(slot.at);
    onKept?.(slot.id);
    compareNow(root, path, kept ?? expected);
    renameSync(from, at);
  } catch (error) {
    history.forget(slot.at);
    throw error;
  }
}

/** Renames a file to a name that must be free, atomically where hard links are possible. */
export function renameWithoutReplacing(from: string, to: string, path: TreePath): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!cannotLink(error)) throw error;
    if (lstatSync(to, { throwIfNoEntry: false })) throw new AppError('target-changed', { path });
    renameSync(from, to);
    return;
  }
  unlinkSync(from);
}

/** A folder inside the tree may be another disk: then the bytes go beside the target first. */
async function onSameDisk(source: string, at: string): Promise<string> {
  const parent = dirname(at);
  if (lstatSync(source).dev === lstatSync(parent).dev) return source;
  const near = join(parent, `${stagePrefix}${source.slice(-32).replaceAll(/[^0-9a-f]/g, '')}`);
  await copyFile(source, near, constants.COPYFILE_EXCL);
  const file = await open(near, 'r+');
  try {
    await file.sync();
  } catch (error) {
    unlinkSync(near);
    throw error;
  } finally {
    await file.close();
  }
  return near;
}
