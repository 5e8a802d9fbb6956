import { chmodSync, utimesSync } from 'node:fs';

/**
 * How far a modification time set by `place` or `touch` may be from the one asked for, in nanoseconds. Node
 * hands times to the system as a double in seconds: its step is 238 ns until 2038 and 477 ns until 2106, and it
 * rounds to the nearest step. Times that are read (`scan`, `stat`) are exact.
 */
export const mtimePrecisionNs = 500;

/** What `place` and `touch` set. */
export interface Attributes {
  readonly mtime: { readonly s: number; readonly ns: number } | undefined;
  readonly executable: boolean;
  /** The bytes are the target of a symbolic link, which is made. Of `place` only. */
  readonly link?: boolean;
}

/**
 * Sets mode and modification time of a file; `mode` is what it has now, `like` that of the file it replaces, if any.
 */
export function setAttributes(path: string, mode: number, attributes: Attributes, like = mode): void {
  const wanted = withExecutable(like & 0o777, attributes.executable);
  if (wanted !== (mode & 0o777)) chmodSync(path, wanted);
  if (attributes.mtime) setMtime(path, attributes.mtime);
}

/** Executable for those who may read, as `umask` would have it; or for nobody. */
function withExecutable(mode: number, executable: boolean): number {
  return executable ? mode | 0o100 | ((mode & 0o044) >> 2) : mode & ~0o111;
}

function setMtime(path: string, mtime: { readonly s: number; readonly ns: number }): void {
  const seconds = mtime.s + mtime.ns / 1e9;
  // As text: Node takes a negative number for "now", but not one that it has to parse.
  utimesSync(path, String(seconds), String(seconds));
}
