import { type FSWatcher, lstatSync, readdirSync, watch } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError, type Clock, childOf, type TreePath } from '@holdfast/base';
import { DirtyPaths, type OnChange } from './dirty-paths.ts';
import type { DiskRoot } from './disk-root.ts';
import type { Watching } from './folder.ts';
import { isBookkeepingName } from './own-names.ts';
import { systemCodeOf } from './translate-error.ts';

/** How long the first walk may keep the event loop, in milliseconds. */
const turnMs = 8;

/**
 * Watches with one watch of the system for each folder and none for files: for trees of any size. On Linux; elsewhere
 * one watch serves a whole tree. Ends when the root is gone, and when the system allows no more watches.
 * @throws AppError `local-unreadable` when watching cannot start.
 */
export async function watchFolder(
  root: DiskRoot,
  clock: Clock,
  onChange: OnChange,
  signal: AbortSignal,
): Promise<Watching> {
  signal.throwIfAborted();
  const watches = new FolderWatches(root, onChange, signal);
  try {
    await watches.begin(clock, signal);
  } catch (error) {
    watches.end();
    throw error;
  }
  return { ended: watches.ended };
}

class FolderWatches {
  readonly ended: Promise<void>;
  readonly #root: DiskRoot;
  readonly #over = Promise.withResolvers<void>();
  readonly #signal: AbortSignal;
  readonly #dirty: DirtyPaths;
  readonly #watchers = new Map<TreePath, FSWatcher>();
  /** Names that came or went: whatever was watched there may be another folder by now. */
  #renamed = new Set<TreePath>();

  constructor(root: DiskRoot, onChange: OnChange, signal: AbortSignal) {
    this.#root = root;
    this.#signal = signal;
    this.ended = this.#over.promise;
    this.#dirty = new DirtyPaths(onChange, (paths) => this.#follow(paths));
    signal.addEventListener('abort', this.end, { once: true });
  }

  readonly end = (): void => {
    this.#signal.removeEventListener('abort', this.end);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    this.#dirty[Symbol.dispose]();
    this.#over.resolve();
  };

  async begin(clock: Clock, signal: AbortSignal): Promise<void> {
    this.#root.check();
    const pending: TreePath[] = [''];
    let turnStart = clock.monotonic();
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      pending.push(...this.#watch(folder));
      if (clock.monotonic() - turnStart <= turnMs) continue;
      await nextTurn();
      signal.throwIfAborted();
      turnStart = clock.monotonic();
    }
  }

  /**
   * Watches a folder and returns those in it. What is made in it from here on is told by its own watch.
   * @throws AppError `local-unreadable` when the system allows no more watches.
   */
  #watch(folder: TreePath): TreePath[] {
    const at = folder === '' ? this.#root.path : `${this.#root.path}/${folder}`;
    const recursive = process.platform !== 'linux';
    try {
      const watcher = watch(at, { recursive }, (event, name) => this.#onEvent(folder, event, name));
      watcher.on('error', this.end);
      this.#watchers.get(folder)?.close();
      this.#watchers.set(folder, watcher);
      return recursive ? [] : foldersIn(at).map((name) => childOf(folder, name));
    } catch (error) {
      const code = systemCodeOf(error);
      // Gone since, or not to be read: then nothing in it is synced, and its own name is told when that changes.
      if (folder !== '' && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES')) return [];
      throw new AppError('local-unreadable', { code }, { cause: error });
    }
  }

  #onEvent(folder: TreePath, event: string, name: string | null): void {
    if (name === null) {
      this.#dirty.add(folder);
      return;
    }
    const path = childOf(folder, process.platform === 'win32' ? name.replaceAll('\\', '/') : name);
    if (event === 'rename') this.#renamed.add(path);
    this.#dirty.add(path);
  }

  /** Watches the folders among `paths` that are new, before anybody looks at what is in them. */
  #follow(paths: ReadonlySet<TreePath>): void {
    const renamed = this.#renamed;
    this.#renamed = new Set();
    try {
      this.#root.check();
      if (process.platform !== 'linux') return;
      for (const path of paths) {
        if (this.#watchers.has(path) && !renamed.has(path)) continue;
        const isFolder = lstatSync(`${this.#root.path}/${path}`, { throwIfNoEntry: false })?.isDirectory();
        this.#forget(path);
        if (!isFolder) continue;
        const pending = [path];
        for (let next = pending.pop(); next !== undefined; next = pending.pop())
          pending.push(...this.#watch(next));
      }
    } catch {
      // Not everything can be told any more.
      this.end();
    }
  }

  /** Ends the watches of a folder and of those in it. */
  #forget(folder: TreePath): void {
    if (!this.#watchers.has(folder)) return;
    const prefix = `${folder}/`;
    for (const [path, watcher] of this.#watchers) {
      if (path !== folder && !path.startsWith(prefix)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
  }
}

function foldersIn(at: string): string[] {
  const names: string[] = [];
  for (const entry of readdirSync(at, { withFileTypes: true })) {
    if (entry.isDirectory() && !isBookkeepingName(entry.name)) names.push(entry.name);
  }
  return names;
}
