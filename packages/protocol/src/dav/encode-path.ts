import { AppError, type TreePath } from '@holdfast/base';

/** A tree path as the path of an address (RFC 3986 §3.3): every name percent-encoded, `/` between them. */
export function encodePath(path: TreePath): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/**
 * The tree path of an address path without its mount: percent-decoded name by name, so that an encoded slash
 * never becomes a separator.
 * @throws AppError `bad-path` for malformed encoding, an encoded slash or NUL, `.` and `..`.
 */
export function decodePath(encoded: string): TreePath {
  const names: string[] = [];
  for (const part of encoded.split('/')) {
    if (part === '') continue;
    let name: string;
    try {
      name = decodeURIComponent(part);
    } catch (cause) {
      throw new AppError('bad-path', { message: 'The address is not valid UTF-8.' }, { cause });
    }
    if (name.includes('/') || name.includes('\0') || name === '.' || name === '..') {
      throw new AppError('bad-path', { message: 'The address holds a name that cannot be used.' });
    }
    names.push(name);
  }
  return names.join('/');
}
