import { createHash } from 'node:crypto';
import { AppError, type Clock, isWithin, namesOf, parentOf, type TreePath } from '@holdfast/base';
import { FaultPlan } from '@holdfast/base/testing';
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
} from '../folder.ts';
import { safeTarget } from '../link-target.ts';
import { isAsExpected } from '../local-entry.ts';
import { isBookkeepingName } from '../own-names.ts';
import { filterScan } from './filter-scan.ts';
import { type DiskNode, entryOfNode, MemoryDisk, type MemoryDiskOptions } from './memory-disk.ts';

interface Attributes {
  readonly mtime: { readonly s: number; readonly ns: number } | undefined;
  readonly executable: boolean;
  readonly link?: boolean;
}

/** How a memory folder behaves. */
export interface MemoryFolderOptions extends MemoryDiskOptions {
  /** The same folder as an earlier process has opened it: with its disk and its history. */
  readonly former?: MemoryFolder;
}

/** A version in the history of a memory folder. */
interface MemoryKept {
  readonly id: string;
  readonly path: TreePath;
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly run: number | undefined;
  readonly mtime: { readonly s: number; readonly ns: number };
  readonly executable: boolean;
  readonly link: boolean;
}

/**
 * A folder in memory. `disk` is what the user does behind its back; `faults` strikes at calls by the names of the
 * port's methods; `history` is what was overwritten or removed; `crash` is the end of the process.
 */
export class MemoryFolder implements Folder {
  readonly disk: MemoryDisk;
  readonly faults = new FaultPlan();
  readonly history: MemoryKept[];
  /** What has come in part, by key. */
  readonly partials: Map<string, Uint8Array>;
  readonly #clock: Clock;
  readonly #identity: string | undefined;
  readonly #staged = new Map<string, Uint8Array>();
  readonly #watchers = new Map<(paths: readonly TreePath[] | undefined) => void, () => void>();
  #stageCount = 0;
  #keptCount = 0;
  #runNumber: number | undefined;

  constructor(options: MemoryFolderOptions) {
    this.#clock = options.clock;
    this.disk = options.former?.disk ?? new MemoryDisk(options);
    this.history = options.former?.history ?? [];
    this.partials = options.former?.partials ?? new Map();
    this.#keptCount = this.history.length;
    this.#identity = this.disk.rootId;
  }

  /** What is staged is lost; the tree, the history, and what has come in part stay. */
  crash(): void {
    this.#staged.clear();
    this.endWatching();
  }

  /** How many staged files there are. */
  get stagedCount(): number {
    return this.#staged.size;
  }

  /** Tells the watchers of a change; with `undefined` of an overflow. */
  notify(paths: readonly TreePath[] | undefined): void {
    for (const watcher of [...this.#watchers.keys()]) watcher(paths);
  }

  /** Ends all watching, as when the system allows no more watches. */
  endWatching(): void {
    for (const stop of [...this.#watchers.values()]) stop();
  }

  identity(): Promise<string> {
    return this.#call('identity', () => this.#identity ?? '');
  }

  scan(signal?: AbortSignal, filter?: ScanFilter): Promise<LocalScan> {
    return this.#call('scan', () => this.#scan(signal, filter));
  }

  look(paths: readonly TreePath[], signal?: AbortSignal, filter?: ScanFilter): Promise<LocalScan> {
    return this.#call('look', async () => {
      const scan = await this.#scan(signal, filter);
      const wanted = (path: TreePath) => paths.some((one) => isWithin(path, one));
      const onTheWay = (path: TreePath) => paths.some((one) => isWithin(one, path));
      return {
        entries: Array.from(scan.entries).filter(({ path }) => wanted(path) || onTheWay(path)),
        problems: scan.problems.filter(({ path }) => wanted(path) || onTheWay(path)),
      };
    });
  }

  stat(path: TreePath): Promise<LocalEntry | undefined> {
    return this.#call('stat', () => {
      checkPath(path);
      return this.#look(path);
    });
  }

  hash(expected: LocalEntry, signal?: AbortSignal): Promise<string> {
    return this.#call('hash', () => {
      signal?.throwIfAborted();
      return createHash('sha256').update(this.#same(expected).bytes).digest('hex');
    });
  }

  async *read(expected: LocalEntry, range?: { start: number; end: number }): AsyncIterable<Uint8Array> {
    const bytes = await this.#call('read', () => {
      const all = this.#same(expected).bytes;
      return range ? all.slice(range.start, range.end + 1) : all.slice();
    });
    const half = Math.ceil(bytes.byteLength / 2);
    if (half > 0) yield bytes.subarray(0, half);
    this.#same(expected);
    if (half < bytes.byteLength) yield bytes.subarray(half);
  }

  async stage(
    bytes: AsyncIterable<Uint8Array> | Uint8Array,
    options: { extra?: readonly ('SHA1' | 'MD5')[]; signal?: AbortSignal } = {},
  ): Promise<StagedFile> {
    return await this.#call('stage', async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes instanceof Uint8Array ? [bytes] : bytes) {
        options.signal?.throwIfAborted();
        chunks.push(Uint8Array.from(chunk));
      }
      options.signal?.throwIfAborted();
      const all = Buffer.concat(chunks);
      const handle = String(this.#stageCount++);
      this.#staged.set(handle, new Uint8Array(all));
      const hex = (kind: string) => createHash(kind).update(all).digest('hex');
      const checksums = new Map((options.extra ?? []).map((kind) => [kind, hex(kind)]));
      return { size: all.byteLength, sha256: hex('sha256'), checksums, handle };
    });
  }

  async stageFrom(
    key: string,
    open: (from: number) => AsyncIterable<Uint8Array>,
    options: { extra?: readonly ('SHA1' | 'MD5')[]; signal?: AbortSignal } = {},
  ): Promise<StagedFile> {
    const had = this.partials.get(key) ?? new Uint8Array();
    this.partials.delete(key);
    const parts = [had];
    const bytes = async function* () {
      yield had;
      for await (const part of open(had.byteLength)) {
        parts.push(Uint8Array.from(part));
        yield part;
      }
    };
    try {
      return await this.stage(bytes(), options);
    } catch (error) {
      const kept = new Uint8Array(Buffer.concat(parts));
      if (kept.byteLength > 0) this.partials.set(key, kept);
      throw error;
    }
  }

  discard(staged: StagedFile): Promise<void> {
    return this.#call('discard', () => {
      this.#staged.delete(staged.handle);
    });
  }

  place(
    staged: StagedFile,
    path: TreePath,
    expected: Expected,
    attributes: Attributes,
    onKept?: OnKept,
  ): Promise<LocalEntry> {
    return this.#call('place', () => {
      checkPath(path);
      const bytes = this.#staged.get(staged.handle);
      if (!bytes) throw new AppError('local-unreadable', { path });
      if (attributes.link === true && safeTarget(path, bytes) === undefined)
        throw new AppError('link-outside', { path });
      this.#compare(path, expected);
      if (expected !== 'absent') {
        if (expected.kind !== 'file') throw new AppError('target-changed', { path });
        this.#keep(path, onKept);
        this.disk.detach(path);
      }
      const node = this.disk.newFile(bytes);
      node.link = attributes.link === true;
      this.disk.attach(path, node);
      this.#set(node, attributes);
      this.#staged.delete(staged.handle);
      return entryOfNode(path, node);
    });
  }

  touch(expected: LocalEntry, attributes: Attributes): Promise<LocalEntry> {
    return this.#call('touch', () => {
      this.#compare(expected.path, expected);
      const node = this.#node(expected.path);
      if (node.kind === 'file') this.#set(node, attributes);
      return entryOfNode(expected.path, node);
    });
  }

  mkdir(path: TreePath): Promise<LocalEntry> {
    return this.#call('mkdir', () => {
      checkPath(path);
      const there = this.disk.find(path);
      if (there?.kind === 'file') throw new AppError('target-changed', { path });
      if (!there) this.disk.attach(path, this.disk.newFolder());
      return entryOfNode(path, this.#node(path));
    });
  }

  move(expected: LocalEntry, to: TreePath): Promise<LocalEntry> {
    return this.#call('move', () => {
      checkPath(to);
      if (isWithin(to, expected.path) && to !== expected.path)
        throw new AppError('into-itself', { path: to });
      this.#compare(expected.path, expected);
      const node = this.#node(expected.path);
      const there = this.disk.find(to);
      if (there && (there !== node || expected.path === to))
        throw new AppError('target-changed', { path: to });
      if (this.disk.find(parentOf(to) ?? '')?.kind !== 'folder') {
        throw new AppError('target-changed', { path: to, reason: 'parent-missing' });
      }
      this.disk.move(expected.path, to);
      return entryOfNode(to, node);
    });
  }

  remove(expected: LocalEntry, onKept?: OnKept): Promise<void> {
    return this.#call('remove', () => {
      this.#compare(expected.path, expected);
      const node = this.#node(expected.path);
      if (node.kind === 'folder' && node.children.size > 0) {
        throw new AppError('target-changed', { path: expected.path });
      }
      if (node.kind === 'file') this.#keep(expected.path, onKept);
      // The bytes of a file live on in the history, with their inode; a folder is gone for good.
      if (node.kind === 'folder') this.disk.remove(expected.path);
      else this.disk.detach(expected.path);
    });
  }

  free(expected: LocalEntry): Promise<void> {
    return this.#call('free', () => {
      this.#same(expected);
      this.disk.detach(expected.path);
    });
  }

  beginRun(run: number): void {
    this.#runNumber = run;
  }

  kept(path: TreePath): Promise<KeptFile[]> {
    return this.#call('kept', () =>
      this.history
        .filter((one) => isWithin(one.path, path))
        .map(({ bytes, ...one }) => ({ ...one, size: bytes.byteLength, shown: `/history/${one.id}` }))
        .reverse(),
    );
  }

  async *readKept(id: string): AsyncIterable<Uint8Array> {
    const bytes = await this.#call('readKept', () => this.history.find((one) => one.id === id)?.bytes);
    if (bytes === undefined) throw new AppError('not-found', { path: id });
    if (bytes.byteLength > 0) yield bytes.slice();
  }

  watch(onChange: (paths: readonly TreePath[] | undefined) => void, signal: AbortSignal): Promise<Watching> {
    return this.#call('watch', () => {
      signal.throwIfAborted();
      const ended = new Promise<void>((resolve) => {
        const stop = () => {
          this.#watchers.delete(onChange);
          resolve();
        };
        this.#watchers.set(onChange, stop);
        signal.addEventListener('abort', stop, { once: true });
      });
      return { ended };
    });
  }

  tidy(historyMs: number): Promise<void> {
    return this.#call('tidy', () => {
      const oldest = this.#clock.now() - historyMs;
      const kept = this.history.filter((entry) => entry.at >= oldest);
      this.history.splice(0, this.history.length, ...kept);
    });
  }

  #call<T>(method: keyof Folder, effect: () => T | Promise<T>): Promise<T> {
    return this.faults.around(method, () => {
      if (this.disk.rootId !== this.#identity) throw new AppError('folder-missing');
      return effect();
    });
  }

  async #scan(signal?: AbortSignal, filter?: ScanFilter): Promise<LocalScan> {
    signal?.throwIfAborted();
    const problems = [...this.disk.problems.values()];
    const hidden = (path: TreePath) =>
      problems.some((problem) =>
        problem.reason === 'unreadable'
          ? path !== problem.path && isWithin(path, problem.path)
          : isWithin(path, problem.path),
      );
    const entries = this.disk
      .entries()
      .filter((entry) => !namesOf(entry.path).some(isBookkeepingName) && !hidden(entry.path));
    return filter === undefined ? { entries, problems } : await filterScan({ entries, problems }, filter);
  }

  #look(path: TreePath): LocalEntry | undefined {
    const node = this.disk.find(path);
    return node && entryOfNode(path, node);
  }

  #node(path: TreePath): DiskNode {
    const node = this.disk.find(path);
    if (!node) throw new AppError('target-changed', { path });
    return node;
  }

  #compare(path: TreePath, expected: Expected): void {
    checkPath(path);
    if (!isAsExpected(expected, this.#look(path))) throw new AppError('target-changed', { path });
  }

  #same(expected: LocalEntry): DiskNode {
    this.#compare(expected.path, expected);
    const node = this.#node(expected.path);
    if (node.kind !== 'file') throw new AppError('target-changed', { path: expected.path });
    return node;
  }

  #keep(path: TreePath, onKept: OnKept | undefined): void {
    const { bytes, mtime, executable, link } = this.#node(path);
    const run = this.#runNumber;
    const id = `${run ?? 0}.${this.#keptCount}/${path}`;
    onKept?.(id);
    this.#keptCount += 1;
    const facts = { mtime: { ...mtime }, executable, link: link === true };
    this.history.push({ id, path, bytes, at: this.#clock.now(), run, ...facts });
  }

  #set(node: DiskNode, attributes: Attributes): void {
    node.executable = attributes.executable;
    if (attributes.mtime) node.mtime = { ...attributes.mtime };
    this.disk.changed(node);
  }
}

function checkPath(path: TreePath): void {
  for (const name of namesOf(path)) {
    if (name === '' || name === '.' || name === '..' || name.includes('\0')) {
      throw new AppError('bad-path', { path });
    }
    const tooLong = new TextEncoder().encode(name).byteLength > 255;
    if (tooLong || !name.isWellFormed() || isBookkeepingName(name)) {
      throw new AppError('name-impossible', { path });
    }
  }
}
