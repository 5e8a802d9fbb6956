import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Random, randomHex } from '@holdfast/base';

/**
 * Replaces a small file, readable by its owner only: whoever reads it sees the old or the new one, also after a
 * crash. Durable when it returns.
 */
export function writeFileSafely(path: string, text: string, random: Random): void {
  const draft = `${path}.${randomHex(random, 6)}.new`;
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  // Windows cannot open a folder, and has the rename on the disk when it returns.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
