import { childOf, nameOf, parentOf, type TreePath } from '@holdfast/base';

const prefix = '.holdfast-upload-';

/** The name under which an upload to a plain server waits until it is whole; the same for every try. */
export function uploadNameFor(path: TreePath): TreePath {
  return childOf(parentOf(path) ?? '', prefix + hashOf(nameOf(path)));
}

/** Whether a path is such a waiting upload, ours or that of another client. It is no file of the user. */
export function isUploadName(path: TreePath): boolean {
  return nameOf(path).startsWith(prefix);
}

/** FNV-1a over UTF-16 units, twice with different starts: a short name for a long one, not a protection. */
function hashOf(text: string): string {
  return [0x811c9dc5, 0x01000193].map((start) => fnv(text, start)).join('');
}

/** FNV-1a, 32 bits, as eight hexadecimal digits. */
export function fnv(text: string, start: number): string {
  let hash = start;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
