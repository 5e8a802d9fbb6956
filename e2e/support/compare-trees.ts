import { type BigIntStats, closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** What must be equal besides names, kinds and bytes. */
export interface CompareOptions {
  /**
   * How closely modification times of files must agree. `ns` allows for what a double holds of a time in seconds,
   * which is all that Node can set: a quarter of a microsecond.
   */
  readonly mtime?: 'ns' | 's' | 'none';
  readonly executable?: boolean;
  /** Relative paths to pass over, with all below: what a client keeps in the folder for itself. */
  readonly ignore?: (path: string) => boolean;
}

/** Every difference between two trees, as one line each, like `diff -r`; empty when there is none. */
export function compareTrees(a: string, b: string, options: CompareOptions = {}): string[] {
  const differences: string[] = [];
  compareFolders(a, b, '', options, differences);
  return differences;
}

function compareFolders(a: string, b: string, path: string, options: CompareOptions, out: string[]): void {
  const list = (root: string) =>
    new Set(readdirSync(join(root, path)).filter((name) => !options.ignore?.(join(path, name))));
  const [left, right] = [list(a), list(b)];
  for (const name of left) if (!right.has(name)) out.push(`only in ${a}: ${join(path, name)}`);
  for (const name of right) if (!left.has(name)) out.push(`only in ${b}: ${join(path, name)}`);
  for (const name of left) {
    if (right.has(name)) compareEntries(a, b, join(path, name), options, out);
  }
}

function compareEntries(a: string, b: string, path: string, options: CompareOptions, out: string[]): void {
  const left = lstatSync(join(a, path), { bigint: true });
  const right = lstatSync(join(b, path), { bigint: true });
  if (left.isDirectory() !== right.isDirectory()) {
    out.push(`a file here, a folder there: ${path}`);
    return;
  }
  if (left.isDirectory()) {
    compareFolders(a, b, path, options, out);
    return;
  }
  if (left.size !== right.size) out.push(`sizes ${left.size} and ${right.size}: ${path}`);
  else if (!sameBytes(join(a, path), join(b, path))) out.push(`bytes differ: ${path}`);
  if (!sameTime(left, right, options.mtime ?? 'none')) {
    out.push(`mtimes ${left.mtimeNs} and ${right.mtimeNs}: ${path}`);
  }
  if (options.executable && (left.mode & 0o100n) !== (right.mode & 0o100n)) {
    out.push(`executable bits differ: ${path}`);
  }
}

function sameTime(a: BigIntStats, b: BigIntStats, precision: 'ns' | 's' | 'none'): boolean {
  if (precision === 'none') return true;
  const distance = a.mtimeNs > b.mtimeNs ? a.mtimeNs - b.mtimeNs : b.mtimeNs - a.mtimeNs;
  return distance < (precision === 's' ? 1_000_000_000n : 500n);
}

/** Whether two files hold the same bytes; neither is held in memory. */
export function sameBytes(a: string, b: string): boolean {
  const [left, right] = [openSync(a, 'r'), openSync(b, 'r')];
  try {
    const [one, other] = [Buffer.allocUnsafe(262_144), Buffer.allocUnsafe(262_144)];
    for (;;) {
      const [m, n] = [fill(left, one), fill(right, other)];
      if (m !== n || !one.subarray(0, m).equals(other.subarray(0, n))) return false;
      if (m < one.length) return true;
    }
  } finally {
    closeSync(left);
    closeSync(right);
  }
}

function fill(file: number, buffer: Buffer): number {
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSync(file, buffer, filled, buffer.length - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}
