import { type BigIntStats, constants, linkSync, lstatSync, renameSync, rmSync, unlinkSync } from 'node:fs';
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
  const now = stats && root.entryOf(path, stats);
  // Something that is no file and no folder stands where nothing should.
  const inTheWay = stats !== undefined && now === undefined;
  if (inTheWay || !isAsExpected(expected, now, moved)) throw new AppError('target-changed', { path });
  return now;
}

/**
 * Puts the file at `source` at `path`, durably. Where nothing was, it is linked in, which never replaces. Where a
 * file was, that one first gets a durable name in the history; then one rename replaces it. Returns what is there,
 * as it was when nobody else could have changed it yet.
 */
export async function placeFile(
  parts: ChangeParts,
  source: string,
  path: TreePath,
  expected: Expected,
  attributes: Attributes,
  onKept?: OnKept,
): Promise<LocalEntry> {
  const at = parts.root.locate(path);
  const { dev, mode } = lstatSync(source);
  // A folder inside the tree may be another disk: then the bytes go beside the target first.
  const near = dev === lstatSync(dirname(at)).dev ? undefined : await copyBeside(source, at);
  const from = near ?? source;
  let placed: LocalEntry;
  try {
    if (expected === 'absent') {
      if (near !== undefined) parts.root.locate(path);
      setAttributes(from, mode, attributes);
      const staged = lstatSync(from, { bigint: true });
      renameWithoutReplacing(from, at, path);
      placed = sameFile(staged, at, path);
    } else {
      const staged = await replaceFile(parts, { from, mode }, at, path, expected, attributes, onKept);
      placed = sameFile(staged, at, path);
    }
  } catch (error) {
    if (near !== undefined) rmSync(near, { force: true });
    throw error;
  }
  if (near !== undefined) unlinkSync(source);
  await parts.sync.syncParents(at);
  return placed;
}

async function replaceFile(
  { root, history, sync }: ChangeParts,
  { from, mode }: { readonly from: string; readonly mode: number },
  at: string,
  path: TreePath,
  expected: LocalEntry,
  attributes: Attributes,
  onKept: OnKept | undefined,
): Promise<BigIntStats> {
  if (expected.kind !== 'file') throw new AppError('target-changed', { path });
  compareNow(root, path, expected);
  const slot = await history.prepare(path);
  compareNow(root, path, expected);
  setAttributes(from, mode, attributes, expected.link === true ? mode : lstatSync(at).mode);
  await history.keep(at, slot.at);
  try {
    // The second name has changed the change time; from here on it has to stay as it is now.
    const kept = compareNow(root, path, expected, 'moved');
    await sync.syncParents(slot.at);
    onKept?.(slot.id);
    const staged = lstatSync(from, { bigint: true });
    compareNow(root, path, kept ?? expected);
    renameSync(from, at);
    return staged;
  } catch (error) {
    history.forget(slot.at);
    throw error;
  }
}

/**
 * The entry of a file right after it was put at `at`. @throws AppError `target-changed` when somebody was so quick
 * as to change or replace it: what is there then is not what was placed.
 */
function sameFile(staged: BigIntStats, at: string, path: TreePath): LocalEntry {
  const now = lstatSync(at, { bigint: true, throwIfNoEntry: false });
  const entry = now && entryOf(path, now);
  const same = now?.ino === staged.ino && now.size === staged.size && now.mtimeNs === staged.mtimeNs;
  if (entry === undefined || !same) throw new AppError('target-changed', { path });
  return entry;
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

async function copyBeside(source: string, at: string): Promise<string> {
  const near = join(dirname(at), `${stagePrefix}${source.slice(-32).replaceAll(/[^0-9a-f]/g, '')}`);
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
