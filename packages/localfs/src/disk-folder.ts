import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { AppError, type Clock, isWithin, type Random, type TreePath } from '@holdfast/base';
import { DirectorySync } from './directory-sync.ts';
import { DiskRoot } from './disk-root.ts';
import type {
  Expected,
  Folder,
  KeptFile,
  LocalEntry,
  LocalScan,
  OnKept,
  ScanFilter,
  StagedFile,
  Watching,
} from './folder.ts';
import { History } from './history.ts';
import { listKept, readKept } from './kept-files.ts';
import { type ChangeParts, compareNow, placeFile, renameWithoutReplacing } from './place-file.ts';
import { placeLink, setLinkTime } from './place-link.ts';
import { hashFile, readFile } from './read-file.ts';
import { freeFile, removeEntry } from './remove-entry.ts';
import { scanFolder } from './scan-folder.ts';
import { type Attributes, setAttributes } from './set-attributes.ts';
import { StageArea, type StageOptions } from './stage-area.ts';
import { systemCodeOf, translateError } from './translate-error.ts';
import { wantedPaths } from './wanted-paths.ts';
import { watchFolder } from './watch-folder.ts';

/** What a disk folder needs. */
export interface DiskFolderOptions {
  /** The folder to sync; must be there. */
  readonly root: string;
  /** Where what is overwritten or removed is kept; made when needed. Not inside `root`. */
  readonly historyDir: string;
  /** Sync symbolic links as such, where they lead to something in `root`. Otherwise they are told and left alone. */
  readonly links?: boolean;
  readonly clock: Clock;
  readonly random: Random;
}

/** A folder on a disk. */
export class DiskFolder implements Folder {
  readonly #parts: ChangeParts;
  readonly #stage: StageArea;
  readonly #clock: Clock;
  readonly #historyDir: string;
  #strays: string[] = [];

  /** @throws AppError `folder-missing`, `local-unreadable`. */
  constructor(options: DiskFolderOptions) {
    const root = new DiskRoot(options.root, options.links);
    const sync = new DirectorySync();
    this.#clock = options.clock;
    this.#historyDir = options.historyDir;
    this.#parts = { root, sync, history: new History(options.historyDir, options.clock, sync) };
    this.#stage = new StageArea(root.path, options.clock, options.random);
  }

  identity(): Promise<string> {
    return this.#run('', () => {
      this.#parts.root.check();
      return this.#parts.root.identity;
    });
  }

  scan(signal?: AbortSignal, filter?: ScanFilter): Promise<LocalScan> {
    return this.#run('', async () => {
      const { scan, strays } = await scanFolder(this.#parts.root, this.#clock, signal, filter);
      this.#strays = strays;
      return scan;
    });
  }

  look(paths: readonly TreePath[], signal?: AbortSignal, filter?: ScanFilter): Promise<LocalScan> {
    return this.#run('', async () => {
      const { root } = this.#parts;
      return (await scanFolder(root, this.#clock, signal, filter, wantedPaths(paths))).scan;
    });
  }

  stat(path: TreePath): Promise<LocalEntry | undefined> {
    return this.#run(path, () => this.#parts.root.stat(path));
  }

  hash(expected: LocalEntry, signal?: AbortSignal): Promise<string> {
    return this.#run(expected.path, () => hashFile(this.#parts.root.locate(expected.path), expected, signal));
  }

  async *read(expected: LocalEntry, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    try {
      yield* readFile(this.#parts.root.locate(expected.path), expected, range);
    } catch (error) {
      throw this.#translate(error, expected.path);
    }
  }

  stage(bytes: AsyncIterable<Uint8Array> | Uint8Array, options?: StageOptions): Promise<StagedFile> {
    return this.#run('', () => this.#stage.write(bytes, options));
  }

  stageFrom(
    key: string,
    open: (from: number) => AsyncIterable<Uint8Array>,
    options?: StageOptions,
  ): Promise<StagedFile> {
    return this.#run('', () => this.#stage.writeFrom(key, open, options));
  }

  discard(staged: StagedFile): Promise<void> {
    return this.#run('', () => this.#stage.drop(staged.handle));
  }

  place(
    staged: StagedFile,
    path: TreePath,
    expected: Expected,
    attributes: Attributes,
    onKept?: OnKept,
  ): Promise<LocalEntry> {
    return this.#run(path, async () => {
      const from = this.#stage.pathOf(staged);
      const put = attributes.link === true ? placeLink : placeFile;
      const placed = await put(this.#parts, from, path, expected, attributes, onKept);
      this.#stage.forget(staged.handle);
      return placed;
    });
  }

  touch(expected: LocalEntry, attributes: Attributes): Promise<LocalEntry> {
    return this.#run(expected.path, () => {
      const at = this.#parts.root.locate(expected.path);
      compareNow(this.#parts.root, expected.path, expected);
      if (expected.link === true) setLinkTime(at, attributes.mtime);
      else if (expected.kind === 'file') setAttributes(at, lstatSync(at).mode, attributes);
      return this.#seen(expected.path);
    });
  }

  mkdir(path: TreePath): Promise<LocalEntry> {
    return this.#run(path, async () => {
      const at = this.#parts.root.locate(path);
      try {
        mkdirSync(at);
        await this.#parts.sync.syncParents(at);
      } catch (error) {
        if (systemCodeOf(error) !== 'EEXIST') throw error;
      }
      const seen = this.#seen(path);
      if (seen.kind !== 'folder') throw new AppError('target-changed', { path });
      return seen;
    });
  }

  move(expected: LocalEntry, to: TreePath): Promise<LocalEntry> {
    return this.#run(expected.path, async () => {
      const { root, sync } = this.#parts;
      if (isWithin(to, expected.path) && to !== expected.path)
        throw new AppError('into-itself', { path: to });
      const from = root.locate(expected.path);
      const target = root.locate(to);
      compareNow(root, expected.path, expected);
      const there = root.lstat(to);
      // On a disk that folds case, `A` is already there when `a` is renamed to it: the same inode.
      const itself = there !== undefined && String(there.ino) === expected.id && expected.path !== to;
      if (itself && expected.path.toLowerCase() === to.toLowerCase()) renameSync(from, target);
      else if (there !== undefined) throw new AppError('target-changed', { path: to });
      else if (expected.kind === 'file' && expected.link !== true) renameWithoutReplacing(from, target, to);
      else renameSync(from, target);
      const moved = this.#seen(to);
      await sync.syncParents(from, target);
      return moved;
    });
  }

  remove(expected: LocalEntry, onKept?: OnKept): Promise<void> {
    return this.#run(expected.path, () => removeEntry(this.#parts, expected, onKept));
  }

  free(expected: LocalEntry): Promise<void> {
    return this.#run(expected.path, () => freeFile(this.#parts, expected));
  }

  beginRun(run: number): void {
    this.#parts.history.begin(run);
  }

  kept(path: TreePath): Promise<KeptFile[]> {
    return this.#run(path, () => listKept(this.#historyDir, path));
  }

  async *readKept(id: string): AsyncIterable<Uint8Array> {
    try {
      yield* readKept(this.#historyDir, id);
    } catch (error) {
      throw this.#translate(error, id);
    }
  }

  watch(onChange: (paths: readonly TreePath[] | undefined) => void, signal: AbortSignal): Promise<Watching> {
    return this.#run('', () => watchFolder(this.#parts.root, this.#clock, onChange, signal));
  }

  tidy(historyMs: number): Promise<void> {
    return this.#run('', async () => {
      this.#parts.root.check();
      await this.#stage.tidy();
      const strays = this.#strays;
      this.#strays = [];
      for (const path of strays) await rm(path, { recursive: true, force: true });
      await this.#parts.history.prune(historyMs);
    });
  }

  #seen(path: TreePath): LocalEntry {
    const seen = this.#parts.root.stat(path);
    if (!seen) throw new AppError('target-changed', { path });
    return seen;
  }

  async #run<T>(path: TreePath, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#translate(error, path);
    }
  }

  /** A root that went away makes calls fail in many ways; that it is gone is then the answer. */
  #translate(error: unknown, path: TreePath): unknown {
    const translated = translateError(error, path);
    if (translated instanceof AppError && translated.code !== 'folder-missing') {
      try {
        this.#parts.root.check();
      } catch (gone) {
        return gone;
      }
    }
    return translated;
  }
}
