import {
  constants,
  linkSync,
  lstatSync,
  lutimesSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Clock, namesOf, type TreePath } from '@holdfast/base';
import type { DirectorySync } from './directory-sync.ts';
import { makeDurableFolders } from './durable-folders.ts';
import { namesIn, readRunFolderName, runFolderName } from './kept-files.ts';
import { cannotLink, systemCodeOf } from './translate-error.ts';

/** A version that is about to be kept. */
export interface Slot {
  /** `KeptFile.id`. */
  readonly id: string;
  /** Absolute path on the disk. */
  readonly at: string;
}

/**
 * What sync has overwritten or removed, as `<history>/<YYYY-MM-DDTHHMMSS> run <number>/<path>` in UTC (R1); a path
 * that is taken in this run goes to `… (2)`. It may lie on another disk than the synced folder.
 */
export class History {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #sync: DirectorySync;
  #number: number | undefined;
  #run: string | undefined;

  constructor(folder: string, clock: Clock, sync: DirectorySync) {
    this.#folder = folder;
    this.#clock = clock;
    this.#sync = sync;
  }

  /** From now on, what is kept was replaced or removed by this run. */
  begin(run: number): void {
    this.#number = run;
    this.#run = undefined;
  }

  /** Makes room for a file; resolves with a free place in durable folders. */
  async prepare(path: TreePath): Promise<Slot> {
    this.#run ??= runFolderName(this.#clock.now(), this.#number);
    for (let n = 1; ; n++) {
      const run = n === 1 ? this.#run : `${this.#run} (${n})`;
      const at = join(this.#folder, run, ...namesOf(path));
      try {
        await makeDurableFolders(dirname(at), this.#sync);
        if (lstatSync(at, { throwIfNoEntry: false }) === undefined) return { id: `${run}/${path}`, at };
      } catch (error) {
        // A file of this run bears the name of a folder on the way.
        const code = systemCodeOf(error);
        if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
      }
    }
  }

  /** Gives the file at `from` a second name at `slot`, or copies it durably where links are not possible. */
  async keep(from: string, slot: string): Promise<void> {
    const stats = lstatSync(from);
    if (stats.isSymbolicLink()) {
      // What a link leads to is not what is kept.
      symlinkSync(readlinkSync(from, { encoding: 'buffer' }), slot);
      lutimesSync(slot, stats.atime, stats.mtime);
      return;
    }
    try {
      linkSync(from, slot);
    } catch (error) {
      if (!cannotLink(error)) throw error;
      await copyDurably(from, slot);
    }
  }

  /** Renames the file at `from` to `slot`; false, and nothing done, where they are on different disks. */
  take(from: string, slot: string): boolean {
    try {
      renameSync(from, slot);
      return true;
    } catch (error) {
      if (systemCodeOf(error) === 'EXDEV') return false;
      throw error;
    }
  }

  /** Takes back what `keep` has kept, where the change it was for did not happen. */
  forget(slot: string): void {
    unlinkSync(slot);
  }

  /** Removes runs older than `ageMs`. What is kept after this goes to a new folder. */
  async prune(ageMs: number): Promise<void> {
    this.#run = undefined;
    for (const name of namesIn(this.#folder)) {
      const startedAt = readRunFolderName(name)?.at;
      if (startedAt !== undefined && this.#clock.now() - startedAt > ageMs) {
        await rm(join(this.#folder, name), { recursive: true, force: true });
      }
    }
  }
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL);
  const file = await open(to, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
