import { linkSync, lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { AppError } from '@holdfast/base';
import type { LocalEntry, OnKept } from './folder.ts';
import { entryOf, isAsExpected } from './local-entry.ts';
import { type ChangeParts, compareNow } from './place-file.ts';

/** Moves a file to the history, or removes an empty folder. Durable when it resolves. */
export async function removeEntry(parts: ChangeParts, expected: LocalEntry, onKept?: OnKept): Promise<void> {
  if (expected.kind === 'file') {
    await moveToHistory(parts, expected, onKept);
    return;
  }
  const at = parts.root.locate(expected.path);
  compareNow(parts.root, expected.path, expected);
  if (expected.path === '') throw new AppError('bad-path', { path: '' });
  rmdirSync(at);
  await parts.sync.syncParents(at);
}

/**
 * Removes a file and keeps nothing of it. It goes by way of the history, so that one that was put there by somebody
 * at that very moment is never lost.
 */
export async function freeFile(parts: ChangeParts, expected: LocalEntry): Promise<void> {
  if (expected.kind !== 'file') throw new AppError('target-changed', { path: expected.path });
  parts.history.forget(await moveToHistory(parts, expected));
}

/** Returns where in the history it is. */
async function moveToHistory(parts: ChangeParts, expected: LocalEntry, onKept?: OnKept): Promise<string> {
  const at = parts.root.locate(expected.path);
  compareNow(parts.root, expected.path, expected);
  const { id, at: slot } = await parts.history.prepare(expected.path);
  onKept?.(id);
  compareNow(parts.root, expected.path, expected);
  if (expected.link !== true && parts.history.take(at, slot)) {
    putBackIfAnother(at, slot, expected);
    await parts.sync.syncParents(slot, at);
    return slot;
  }
  await parts.history.keep(at, slot);
  await parts.sync.syncParents(slot);
  try {
    compareNow(parts.root, expected.path, expected);
  } catch (error) {
    parts.history.forget(slot);
    throw error;
  }
  unlinkSync(at);
  await parts.sync.syncParents(at);
  return slot;
}

/** Between the comparison and the rename somebody may have put another file there: that one goes back. */
function putBackIfAnother(at: string, slot: string, expected: LocalEntry): void {
  const taken = entryOf(expected.path, lstatSync(slot, { bigint: true }));
  if (isAsExpected(expected, taken, 'moved')) return;
  // Never over a third one: then it stays in the history, where nothing is lost.
  if (lstatSync(at, { throwIfNoEntry: false }) === undefined) {
    linkSync(slot, at);
    unlinkSync(slot);
  }
  throw new AppError('target-changed', { path: expected.path });
}
