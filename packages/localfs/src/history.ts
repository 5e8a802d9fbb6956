import { constants, linkSync, lstatSync, readdirSync, renameSync, unlinkSync } from 'node:fs';
import { copyFile, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Clock, namesOf, type TreePath } from '@holdfast/base';
import type { DirectorySync } from './directory-sync.ts';
import { makeDurableFolders } from './durable-folders.ts';
import { cannotLink, systemCodeOf } from './translate-error.ts';

const runName = /^(\d{4})-(\d{2})-(\d{2})T(\d{2})(\d{2})(\d{2})(?: \(\d+\))?$/;

/**
 * What sync has overwritten or removed, as `<history>/<YYYY-MM-DDTHHMMSS of the run>/<path>` in UTC (R1); a path
 * that is taken in this run goes to `<run> (2)`. It may lie on another disk than the synced folder.
 */
export class History {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #sync: DirectorySync;
  #run: string | undefined;

  constructor(folder: string, clock: Clock, sync: DirectorySync) {
    this.#folder = folder;
    this.#clock = clock;
    this.#sync = sync;
  }

  /** Makes room for a file; resolves with a free disk path in durable folders. */
  async prepare(path: TreePath): Promise<string> {
    this.#run ??= new Date(this.#clock.now()).toISOString().slice(0, 19).replaceAll(':', '');
    for (let n = 1; ; n++) {
      const slot = join(this.#folder, n === 1 ? this.#run : `${this.#run} (${n})`, ...namesOf(path));
      try {
        await makeDurableFolders(dirname(slot), this.#sync);
        if (lstatSync(slot, { throwIfNoEntry: false }) === undefined) return slot;
      } catch (error) {
        // A file of this run bears the name of a folder on the way.
        const code = systemCodeOf(error);
        if (code !== 'EEXIST' && code !== 'ENOTDIR') throw error;
      }
    }
  }

  /** Gives the file at `from` a second name at `slot`, or copies it durably where links are not possible. */
  async keep(from: string, slot: string): Promise<void> {
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

  /** Ends the run, and removes runs older than `ageMs`. */
  async prune(ageMs: number): Promise<void> {
    this.#run = undefined;
    for (const name of namesIn(this.#folder)) {
      const match = runName.exec(name);
      if (!match) continue;
      const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
      const startedAt = Date.UTC(year, month - 1, day, hour, minute, second);
      if (this.#clock.now() - startedAt > ageMs) {
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

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
