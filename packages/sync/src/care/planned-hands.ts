import { AppError, isWithin, parentOf, rebase, type TreePath } from '@holdfast/base';
import type { Expected, Folder, LocalEntry } from '@holdfast/localfs';
import { type Hands, hashOf, type Source } from './hands.ts';

interface Planned {
  readonly entry: LocalEntry;
  /** Where the bytes are: in the file that is there now, or in what would be put. */
  readonly bytes: LocalEntry | Source;
  readonly known: boolean;
}

/** What changes would lead to, without any of them being made. */
export class PlannedHands implements Hands {
  readonly #folder: Folder;
  #tree: Map<TreePath, Planned>;
  #count = 0;

  private constructor(folder: Folder, tree: Map<TreePath, Planned>) {
    this.#folder = folder;
    this.#tree = tree;
  }

  /** Looks at the whole folder. @throws AppError those of `scan`. */
  static async over(folder: Folder): Promise<PlannedHands> {
    const tree = new Map<TreePath, Planned>();
    for (const entry of (await folder.scan()).entries)
      tree.set(entry.path, { entry, bytes: entry, known: false });
    return new PlannedHands(folder, tree);
  }

  async stat(path: TreePath): Promise<LocalEntry | undefined> {
    const planned = this.#tree.get(path);
    return planned === undefined ? undefined : { ...planned.entry, path };
  }

  async sha(entry: LocalEntry): Promise<string> {
    const bytes = this.#tree.get(entry.path)?.bytes;
    if (bytes === undefined) throw new AppError('target-changed', { path: entry.path });
    return 'bytes' in bytes ? await this.shaOf(bytes) : await this.#folder.hash(bytes);
  }

  async shaOf(source: Source): Promise<string> {
    return await hashOf(source.bytes());
  }

  knows({ path }: LocalEntry): boolean {
    return this.#tree.get(path)?.known === true;
  }

  async put(source: Source, path: TreePath, expected: Expected): Promise<void> {
    if ((expected === 'absent') !== !this.#tree.has(path)) throw new AppError('target-changed', { path });
    this.#makeParents(path);
    this.#tree.set(path, { entry: this.#newEntry(path, 'file', source), bytes: source, known: true });
  }

  async move(entry: LocalEntry, to: TreePath): Promise<void> {
    if (this.#tree.has(to)) throw new AppError('target-changed', { path: to });
    this.#makeParents(to);
    const moved = new Map<TreePath, Planned>();
    for (const [path, planned] of this.#tree) {
      const within = isWithin(path, entry.path);
      moved.set(within ? rebase(path, entry.path, to) : path, within ? { ...planned, known: true } : planned);
    }
    this.#tree = moved;
  }

  async mkdir(path: TreePath): Promise<void> {
    const there = this.#tree.get(path)?.entry.kind;
    if (there === 'folder') return;
    if (there !== undefined) throw new AppError('target-changed', { path });
    this.#makeParents(path);
    const entry = this.#newEntry(path, 'folder');
    this.#tree.set(path, { entry, bytes: entry, known: true });
  }

  async remove({ path }: LocalEntry): Promise<void> {
    for (const other of this.#tree.keys()) {
      if (other !== path && isWithin(other, path)) throw new AppError('target-changed', { path });
    }
    this.#tree.delete(path);
  }

  #makeParents(path: TreePath): void {
    const parent = parentOf(path);
    if (parent === undefined || parent === '' || this.#tree.get(parent)?.entry.kind === 'folder') return;
    if (this.#tree.has(parent)) throw new AppError('target-changed', { path: parent });
    this.#makeParents(parent);
    const entry = this.#newEntry(parent, 'folder');
    this.#tree.set(parent, { entry, bytes: entry, known: true });
  }

  #newEntry(path: TreePath, kind: 'file' | 'folder', source?: Source): LocalEntry {
    this.#count += 1;
    const { size = 0, mtime = { s: 0, ns: 0 }, executable = false } = source ?? {};
    return { path, kind, id: `planned ${this.#count}`, size, mtime, ctime: '0', executable };
  }
}
