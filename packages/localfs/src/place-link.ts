import { lutimesSync, readFileSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError, type TreePath } from '@holdfast/base';
import type { Expected, LocalEntry, OnKept } from './folder.ts';
import { safeTarget } from './link-target.ts';
import { stagePrefix } from './own-names.ts';
import { type ChangeParts, compareNow } from './place-file.ts';
import type { Attributes } from './set-attributes.ts';

/**
 * Makes a symbolic link at `path` whose target are the bytes of the file at `source`; what it replaces goes to the
 * history first. @throws AppError `link-outside`, `target-changed`.
 */
export async function placeLink(
  { root, history, sync }: ChangeParts,
  source: string,
  path: TreePath,
  expected: Expected,
  { mtime }: Attributes,
  onKept?: OnKept,
): Promise<LocalEntry> {
  const target = safeTarget(path, readFileSync(source));
  if (target === undefined) throw new AppError('link-outside', { path });
  const at = root.locate(path);
  compareNow(root, path, expected);
  if (expected === 'absent') {
    // Never replaces: fails where something is by now.
    symlinkSync(target, at);
    setLinkTime(at, mtime);
  } else {
    if (expected.kind !== 'file') throw new AppError('target-changed', { path });
    const near = join(dirname(at), `${stagePrefix}${basename(source)}-link`);
    symlinkSync(target, near);
    try {
      setLinkTime(near, mtime);
      const slot = await history.prepare(path);
      await history.keep(at, slot.at);
      await sync.syncParents(slot.at);
      try {
        onKept?.(slot.id);
        compareNow(root, path, expected, 'moved');
        renameSync(near, at);
      } catch (error) {
        history.forget(slot.at);
        throw error;
      }
    } catch (error) {
      unlinkSync(near);
      throw error;
    }
  }
  unlinkSync(source);
  await sync.syncParents(at);
  const placed = root.stat(path);
  if (placed?.link !== true || readlinkSync(at) !== target) throw new AppError('target-changed', { path });
  return placed;
}

/** The time of a link itself, never of what it leads to. */
export function setLinkTime(at: string, mtime: Attributes['mtime']): void {
  if (mtime === undefined) return;
  const seconds = String(mtime.s + mtime.ns / 1e9);
  lutimesSync(at, seconds, seconds);
}
