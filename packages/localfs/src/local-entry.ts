import type { BigIntStats } from 'node:fs';
import type { TreePath } from '@holdfast/base';
import type { Expected, LocalEntry } from './folder.ts';

const typeBits = 0o170000;
const folderBits = 0o040000;
const fileBits = 0o100000;
const linkBits = 0o120000;
const billion = 1_000_000_000n;

/** What a mode stands for. */
export type DiskKind = 'file' | 'folder' | 'symlink' | 'special';

/** The kind in the mode of a stat. */
export function kindOf(mode: number): DiskKind {
  const type = mode & typeBits;
  if (type === fileBits) return 'file';
  if (type === folderBits) return 'folder';
  return type === linkBits ? 'symlink' : 'special';
}

/** The entry of a file or folder; undefined for anything else. */
export function entryOf(path: TreePath, stats: BigIntStats): LocalEntry | undefined {
  const mode = Number(stats.mode);
  const kind = kindOf(mode);
  if (kind !== 'file' && kind !== 'folder') return undefined;
  return {
    path,
    kind,
    ...factsOf(stats),
    size: kind === 'file' ? Number(stats.size) : 0,
    executable: kind === 'file' && (mode & 0o100) !== 0,
  };
}

function factsOf({ ino, mtimeNs, ctimeNs }: BigIntStats): Pick<LocalEntry, 'id' | 'mtime' | 'ctime'> {
  let s = mtimeNs / billion;
  let ns = mtimeNs % billion;
  if (ns < 0n) {
    s -= 1n;
    ns += billion;
  }
  return { id: String(ino), mtime: { s: Number(s), ns: Number(ns) }, ctime: String(ctimeNs) };
}

/** The entry of a symbolic link whose target is `target`: a file with it as content. */
export function linkEntryOf(path: TreePath, stats: BigIntStats, target: Uint8Array): LocalEntry {
  return { path, kind: 'file', ...factsOf(stats), size: target.byteLength, executable: false, link: true };
}

/**
 * Whether what is there now is what was seen (R5). A folder is the same while it is the same folder: its times
 * change with what is in it. `moved` leaves the change time out, which our own rename has changed.
 */
export function isAsExpected(expected: Expected, now: LocalEntry | undefined, moved?: 'moved'): boolean {
  if (expected === 'absent') return now === undefined;
  if (now === undefined || now.kind !== expected.kind || now.id !== expected.id) return false;
  if (expected.kind === 'folder') return true;
  return (
    now.size === expected.size &&
    (now.link === true) === (expected.link === true) &&
    now.mtime.s === expected.mtime.s &&
    now.mtime.ns === expected.mtime.ns &&
    (moved !== undefined || now.ctime === expected.ctime)
  );
}
