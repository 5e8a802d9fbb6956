import { createHash, type Hash } from 'node:crypto';
import { constants, lstatSync, mkdirSync, openSync, read, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AppError, type Clock } from '@holdfast/base';
import { stagePrefix } from './own-names.ts';
import { systemCodeOf } from './translate-error.ts';

/** Name of the folder, in the synced one, of what has come in part. */
export const partialFolder = `${stagePrefix}partial`;
const keptMs = 7 * 86_400_000;
const mostKept = 4;
const blockBytes = 1024 * 1024;
const readAsync = promisify(read);

/** The name of what is kept under `key`: always the same, and nothing of the key can be seen in it. */
export function partialNameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}

/** Opens a partial file to go on at its end; makes it where it is missing. @throws AppError `folder-missing`. */
export function openPartial(root: string, name: string): number {
  if (lstatSync(root, { throwIfNoEntry: false }) === undefined) throw new AppError('folder-missing');
  const folder = join(root, partialFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const noLinks = constants.O_NOFOLLOW ?? 0;
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | noLinks;
  return openSync(join(folder, name), flags, 0o666);
}

/** Hashes what an open file holds and returns how much that is. */
export async function hashPartial(
  fd: number,
  hashes: Iterable<Hash>,
  signal: AbortSignal | undefined,
): Promise<number> {
  const each = [...hashes];
  const block = Buffer.allocUnsafe(blockBytes);
  let size = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await readAsync(fd, block, 0, blockBytes, size);
    if (bytesRead === 0) return size;
    for (const hash of each) hash.update(block.subarray(0, bytesRead));
    size += bytesRead;
  }
}

/** Removes what is too old, and all but the newest few; `isLive` names what is in use. */
export function prunePartials(root: string, clock: Clock, isLive: (name: string) => boolean): void {
  const folder = join(root, partialFolder);
  const files = namesIn(folder)
    .filter((name) => !isLive(name))
    .map((name) => ({ path: join(folder, name), at: lstatSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const [index, { path, at }] of files.entries()) {
    if (index >= mostKept || clock.now() - at > keptMs) unlinkSync(path);
  }
  removeEmpty(folder);
}

/** Removes the folder of partial files when nothing is in it. */
export function removeEmptyPartials(root: string): void {
  removeEmpty(join(root, partialFolder));
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
