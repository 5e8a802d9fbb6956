import { type BigIntStats, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, namesOf, parentOf, type TreePath } from '@holdfast/base';
import type { LocalEntry } from './folder.ts';
import { safeTarget } from './link-target.ts';
import { entryOf, linkEntryOf } from './local-entry.ts';
import { isBookkeepingName } from './own-names.ts';
import { systemCodeOf } from './translate-error.ts';

const windowsReserved = /[<>:"|?*\\]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** The root folder on the disk: turns tree paths into disk paths that cannot lead out of it. */
export class DiskRoot {
  /** Absolute, links resolved. */
  readonly path: string;
  readonly identity: string;

  /** Symbolic links are files with their target as content. */
  readonly links: boolean;

  /** @throws AppError `folder-missing`, `local-unreadable`. */
  constructor(path: string, links = false) {
    this.links = links;
    try {
      this.path = realpathSync(path);
    } catch (error) {
      throw missing(error);
    }
    this.identity = this.#look();
  }

  /** @throws AppError `folder-missing` when the root is gone or another folder has taken its place. */
  check(): void {
    if (this.#look() !== this.identity) {
      throw new AppError('folder-missing', {
        message: 'Another folder has taken the place of the synced one.',
      });
    }
  }

  /**
   * The disk path of an existing or future entry. The folders on the way must be there and be no links.
   * @throws AppError `bad-path`, `name-impossible`, `target-changed` (a folder on the way is missing),
   *   `local-denied` (a link stands in the way), `folder-missing`.
   */
  locate(path: TreePath): string {
    this.check();
    const names = namesOf(path);
    for (const name of names) checkName(name, path);
    let at = this.path;
    for (const name of names.slice(0, -1)) {
      at = join(at, name);
      this.#checkFolder(at, path);
    }
    return join(this.path, ...names);
  }

  /** The entry at `path` now; undefined for nothing, and for what is neither file nor folder. */
  stat(path: TreePath): LocalEntry | undefined {
    const stats = this.lstat(path);
    return stats && this.entryOf(path, stats);
  }

  /** The entry that the stats of `path` stand for; undefined for what cannot be synced. */
  entryOf(path: TreePath, stats: BigIntStats): LocalEntry | undefined {
    if (!this.links || !stats.isSymbolicLink()) return entryOf(path, stats);
    const target = readlinkSync(`${this.path}/${path}`, { encoding: 'buffer' });
    return safeTarget(path, target) === undefined ? undefined : linkEntryOf(path, stats, target);
  }

  /** What is at `path`, whatever it is; undefined for nothing. */
  lstat(path: TreePath): BigIntStats | undefined {
    try {
      return lstatSync(this.locate(path), { bigint: true, throwIfNoEntry: false });
    } catch (error) {
      if (systemCodeOf(error) === 'ENOTDIR') return undefined;
      if (error instanceof AppError && error.code === 'target-changed' && parentOf(path) !== undefined) {
        return undefined;
      }
      throw error;
    }
  }

  #checkFolder(at: string, path: TreePath): void {
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return;
    if (stats?.isSymbolicLink()) {
      throw new AppError('local-denied', {
        path,
        message: 'A link stands in the way; links are not followed.',
      });
    }
    throw new AppError('target-changed', { path, reason: 'parent-missing' });
  }

  #look(): string {
    let stats: BigIntStats;
    try {
      stats = lstatSync(this.path, { bigint: true });
    } catch (error) {
      throw missing(error);
    }
    if (!stats.isDirectory()) throw new AppError('folder-missing', { message: 'This is not a folder.' });
    return `${stats.ino}-${stats.birthtimeNs}`;
  }
}

function missing(error: unknown): AppError {
  const code = systemCodeOf(error);
  const gone = code === 'ENOENT' || code === 'ENOTDIR';
  return new AppError(gone ? 'folder-missing' : 'local-unreadable', { code }, { cause: error });
}

function checkName(name: string, path: TreePath): void {
  if (name === '' || name === '.' || name === '..' || name.includes('\0') || name.includes('/')) {
    throw new AppError('bad-path', { path });
  }
  // A lone surrogate would be written as U+FFFD: under another name than the one asked for.
  if (!name.isWellFormed() || isBookkeepingName(name)) throw new AppError('name-impossible', { path });
  if (process.platform === 'win32' && windowsReserved.test(name)) {
    throw new AppError('name-impossible', { path });
  }
}
