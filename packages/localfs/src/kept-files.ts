import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, childOf, namesOf, type TreePath } from '@holdfast/base';
import type { KeptFile, LocalEntry } from './folder.ts';
import { entryOf, linkEntryOf } from './local-entry.ts';
import { readFile } from './read-file.ts';
import { systemCodeOf } from './translate-error.ts';

const pattern = /^(\d{4})-(\d{2})-(\d{2})T(\d{2})(\d{2})(\d{2})(?: run (\d{1,15}))?(?: \(\d+\))?$/;

/** The name of the folder in which a run keeps what it replaces and removes. */
export function runFolderName(now: number, run: number | undefined): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(':', '');
  return run === undefined ? stamp : `${stamp} run ${run}`;
}

/** When the first version was kept in such a folder, and the run; undefined for any other name. */
export function readRunFolderName(name: string): { at: number; run: number | undefined } | undefined {
  const match = pattern.exec(name);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const run = match[7] === undefined ? undefined : Number(match[7]);
  return { at: Date.UTC(year, month - 1, day, hour, minute, second), run };
}

/** The versions in a history of the file that was at `path`, or of all that were below it; latest first. */
export function listKept(history: string, path: TreePath): KeptFile[] {
  const kept: KeptFile[] = [];
  for (const name of namesIn(history)) {
    const run = readRunFolderName(name)?.run;
    if (readRunFolderName(name) !== undefined)
      collect(join(history, name, ...namesOf(path)), path, name, run, kept);
  }
  return kept.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}

/** The bytes of a kept version. @throws AppError `not-found`. */
export async function* readKept(history: string, id: string): AsyncGenerator<Uint8Array> {
  const names = namesOf(id);
  const odd = names.some((name) => name === '' || name === '.' || name === '..' || /[\0\\]/.test(name));
  const entry =
    odd || names.length < 2 || readRunFolderName(names[0] ?? '') === undefined
      ? undefined
      : entryAt(join(history, ...names), id);
  if (entry?.kind !== 'file') throw notKept(id);
  try {
    if (entry.link === true) yield targetOf(join(history, ...names));
    else yield* readFile(join(history, ...names), entry);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw notKept(id);
    throw error;
  }
}

/** The names in a folder; none where it is missing. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

function collect(at: string, path: TreePath, name: string, run: number | undefined, kept: KeptFile[]): void {
  const entry = entryAt(at, path);
  if (entry === undefined) return;
  if (entry.kind === 'folder') {
    for (const child of namesIn(at)) collect(join(at, child), childOf(path, child), name, run, kept);
    return;
  }
  const { size, mtime, executable, link = false, ctime } = entry;
  // Its change time: being renamed or linked into the history was the last that has happened to it.
  const keptAt = Number(BigInt(ctime) / 1_000_000n);
  kept.push({ id: `${name}/${path}`, path, run, at: keptAt, size, mtime, executable, link, shown: at });
}

function entryAt(at: string, path: TreePath): LocalEntry | undefined {
  try {
    const stats = lstatSync(at, { bigint: true, throwIfNoEntry: false });
    if (stats?.isSymbolicLink()) return linkEntryOf(path, stats, targetOf(at));
    return stats && entryOf(path, stats);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function targetOf(link: string): Uint8Array {
  return new Uint8Array(readlinkSync(link, { encoding: 'buffer' }));
}

function notKept(id: string): AppError {
  return new AppError('not-found', { path: id, message: 'This version is not kept any more.' });
}
