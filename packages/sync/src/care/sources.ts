import type { Folder, KeptFile, LocalEntry } from '@holdfast/localfs';
import type { Source } from './hands.ts';

/** The bytes of a kept version. */
export function sourceOfKept(folder: Folder, { id, size, mtime, executable, link }: KeptFile): Source {
  return { bytes: () => folder.readKept(id), size, mtime, executable, link };
}

/** The bytes of a file as it is now. */
export function sourceOfFile(folder: Folder, entry: LocalEntry): Source {
  const { size, mtime, executable, link = false } = entry;
  return { bytes: () => folder.read(entry), size, mtime, executable, link };
}
