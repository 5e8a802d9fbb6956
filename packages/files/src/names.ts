import { AppError, namesOf, type TreePath } from '@holdfast/base';
import type { FilesLimits } from './limits.ts';

/** What makes a name the same in one folder: Unicode NFC, so that both ways to write an ö meet (R13). */
export function nameKey(name: string): string {
  return name.normalize('NFC');
}

/**
 * The names of a path that is going to be written.
 * @throws AppError `bad-name`, `name-too-long`.
 */
export function checkedNames(path: TreePath, limits: FilesLimits): string[] {
  const names = namesOf(path);
  for (const name of names) checkName(name, limits);
  checkPathSize(names.length, Buffer.byteLength(path), limits);
  return names;
}

/** The names of a path that is looked up; undefined when nothing can have that path. */
export function lookupNames(path: TreePath): string[] | undefined {
  const names = namesOf(path);
  return path.length <= 65_536 && names.every((name) => name !== '' && name.isWellFormed())
    ? names
    : undefined;
}

/** @throws AppError `name-too-long` when a path of so many names and bytes is too deep or too long. */
export function checkPathSize(depth: number, bytes: number, limits: FilesLimits): void {
  if (depth > limits.depth) {
    throw new AppError('name-too-long', { message: `More than ${limits.depth} folders inside each other.` });
  }
  if (bytes > limits.pathBytes) {
    throw new AppError('name-too-long', { message: `A path of more than ${limits.pathBytes} bytes.` });
  }
}

function checkName(name: string, limits: FilesLimits): void {
  if (name === '' || name === '.' || name === '..') throw new AppError('bad-name', { name });
  if (!name.isWellFormed() || /[/\p{Cc}]/u.test(name)) throw new AppError('bad-name', { name });
  const bytes = Math.max(Buffer.byteLength(name), Buffer.byteLength(nameKey(name)));
  if (bytes > limits.nameBytes) {
    throw new AppError('name-too-long', { message: `A name of more than ${limits.nameBytes} bytes.`, name });
  }
}
