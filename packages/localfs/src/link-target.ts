import { namesOf, parentOf, type TreePath } from '@holdfast/base';

/** Longest target of a link, in bytes. */
export const longestTarget = 4095;

/**
 * The target of a symbolic link that may be made at `path`: relative, and inside the synced folder wherever the
 * folders on the way lead. Undefined for any other bytes. `..` counts at the beginning only: behind a name it would
 * start from wherever a link of that name leads.
 */
export function safeTarget(path: TreePath, bytes: Uint8Array): string | undefined {
  if (bytes.byteLength === 0 || bytes.byteLength > longestTarget) return undefined;
  const target = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  if (!Buffer.from(target).equals(bytes) || /[\0\\]|^\/|^[a-z]:/iu.test(target)) return undefined;
  let depth = namesOf(parentOf(path) ?? '').length;
  let named = false;
  for (const name of target.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') named = true;
    else if (named || depth === 0) return undefined;
    else depth -= 1;
  }
  return target;
}
