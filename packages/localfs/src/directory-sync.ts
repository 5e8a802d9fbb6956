import { closeSync, fsync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCodeOf } from './translate-error.ts';

/**
 * Makes the names in folders durable. Calls for the same folder that come while one is under way share the next
 * one, so that many files placed at once cost few waits on the disk.
 */
export class DirectorySync {
  readonly #running = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Promise<void>>();

  /** Resolves when all that was done in the folder before the call is durable. A folder that is gone is fine. */
  sync(folder: string): Promise<void> {
    const waiting = this.#next.get(folder);
    if (waiting) return waiting;
    // Begins when the present task is over: what is done in one go needs one flush.
    const begin = () => {
      this.#next.delete(folder);
      return this.#start(folder);
    };
    const next = (this.#running.get(folder) ?? Promise.resolve()).then(begin, begin);
    this.#next.set(folder, next);
    return next;
  }

  /** Resolves when the names of both paths are durable. */
  async syncParents(...paths: readonly string[]): Promise<void> {
    await Promise.all([...new Set(paths.map((path) => dirname(path)))].map((folder) => this.sync(folder)));
  }

  #start(folder: string): Promise<void> {
    const run = flush(folder).finally(() => this.#running.delete(folder));
    this.#running.set(folder, run);
    return run;
  }
}

/** Codes of systems that cannot flush a folder (Windows, some network drives), and of a folder that is gone. */
const harmless = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EBADF']);

function flush(folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error: unknown) => {
      if (error && !harmless.has(systemCodeOf(error) ?? '')) reject(error);
      else resolve();
    };
    let fd: number;
    try {
      // Opening and closing are quick; only the flush is worth a thread hop.
      fd = openSync(folder, 'r');
    } catch (error) {
      settle(error);
      return;
    }
    fsync(fd, (error) => {
      closeSync(fd);
      settle(error);
    });
  });
}
