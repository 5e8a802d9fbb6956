import { linkSync, lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { AppError } from '@holdfast/base';
import type { LocalEntry, OnKept } from './folder.ts';
import { entryOf, isAsExpected } from './local-entry.ts';
import { type ChangeParts, compareNow } from './place-file.ts';

/** Moves a file to the history, or removes an empty folder. Durable when it resolves. */
export async function removeEntry(parts: ChangeParts, expected: LocalEntry, onKept?: OnKept): Promise<void> {
  const at = parts.root.locate(expected.path);
  compareNow(parts.root, expected.path, expected);
  if (expected.kind === 'folder') {
    if (expected.path === '') throw new AppError('bad-path', { path: '' });
    rmdirSync(at);
    await parts.sync.syncParents(at);
    return;
  }
  const { id, at: slot } = await parts.history.prepare(expected.path);
  onKept?.(id);
  compareNow(parts.root, expected.path, expected);
  if (parts.history.take(at, slot)) {
    putBackIfAnother(at, slot, expected);
    await parts.sync.syncParents(slot, at);
    return;
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
