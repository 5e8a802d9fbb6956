import { AppError, type Clock, childOf, nameOf, namesOf, parentOf, type TreePath } from '@holdfast/base';
import type { LocalEntry, LocalProblem } from '../folder.ts';

/** A file or folder in memory. */
export interface DiskNode {
  readonly id: string;
  readonly kind: 'file' | 'folder';
  bytes: Uint8Array;
  mtime: { s: number; ns: number };
  ctime: string;
  executable: boolean;
  /** The bytes are the target of a symbolic link. */
  link: boolean;
  /** By folded name. */
  readonly children: Map<string, { name: string; node: DiskNode }>;
}

/** How a memory disk behaves. */
export interface MemoryDiskOptions {
  readonly clock: Clock;
  /** False: `A` and `a` are the same name, as on Windows and macOS. */
  readonly caseSensitive?: boolean;
  /** Keeps names decomposed (NFD), whatever form they are given in, as HFS+ does. */
  readonly decomposes?: boolean;
  /** Gives the number of what was removed last to what is made next, as ext4 does. */
  readonly reusesIds?: boolean;
}

/**
 * A tree of files with inode numbers and change times, as a user sees it: every method is what a user or another
 * program does, unguarded. Throws AppError `target-changed` for what is not possible.
 */
export class MemoryDisk {
  readonly #clock: Clock;
  readonly #fold: (name: string) => string;
  readonly #kept: (name: string) => string;
  readonly #freeIds: string[] | undefined;
  #lastId = 1;
  #lastCtime = 0n;
  #root: DiskNode;
  /** Undefined while the root is gone. */
  #mounted = true;
  readonly problems = new Map<TreePath, LocalProblem>();

  constructor(options: MemoryDiskOptions) {
    this.#clock = options.clock;
    this.#kept = options.decomposes === true ? (name) => name.normalize('NFD') : (name) => name;
    this.#fold =
      options.caseSensitive === false ? (name) => this.#kept(name).toLowerCase() : (name) => this.#kept(name);
    this.#freeIds = options.reusesIds === true ? [] : undefined;
    this.#root = this.#make('folder');
  }

  get rootId(): string | undefined {
    return this.#mounted ? this.#root.id : undefined;
  }

  /** Takes the whole folder away, as when a disk is unplugged; `mount` brings it back. */
  unmount(): void {
    this.#mounted = false;
  }

  mount(): void {
    this.#mounted = true;
  }

  /** Puts another, empty folder in the place of the root. What is returned puts the former one back. */
  replaceRoot(): () => void {
    const former = this.#root;
    this.#root = this.#make('folder');
    this.#mounted = true;
    return () => {
      this.#root = former;
      this.#mounted = true;
    };
  }

  /** Creates or overwrites a file in place (same inode), with the folders above. */
  write(
    path: TreePath,
    content: string | Uint8Array,
    attributes: { mtime?: { s: number; ns: number }; executable?: boolean; link?: boolean } = {},
  ): void {
    const parent = parentOf(path);
    if (parent !== undefined && parent !== '') this.mkdir(parent);
    const there = this.find(path);
    if (there?.kind === 'folder') throw new AppError('target-changed', { path });
    const node = there ?? this.#make('file');
    node.bytes = typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content);
    node.mtime = attributes.mtime ?? this.#now();
    node.executable = attributes.executable ?? node.executable;
    node.link = attributes.link ?? false;
    this.changed(node);
    if (!there) this.attach(path, node);
  }

  /** Makes a folder and those above. */
  mkdir(path: TreePath): void {
    let at = '';
    for (const name of namesOf(path)) {
      at = childOf(at, name);
      if (!this.find(at)) this.attach(at, this.#make('folder'));
    }
  }

  /** Renames as a user does: whatever file is at `to` is lost. */
  move(from: TreePath, to: TreePath): void {
    const node = this.find(from);
    if (!node) throw new AppError('target-changed', { path: from });
    this.detach(from);
    this.attach(to, node);
    this.changed(node);
  }

  /** Removes a file, or a folder with everything below. */
  remove(path: TreePath): void {
    const node = this.find(path);
    this.detach(path);
    if (node !== undefined) this.#free(node);
  }

  #free(node: DiskNode): void {
    this.#freeIds?.push(node.id);
    for (const child of node.children.values()) this.#free(child.node);
  }

  /** The text of a file; undefined when there is none. */
  read(path: TreePath): string | undefined {
    const node = this.find(path);
    return node?.kind === 'file' ? new TextDecoder().decode(node.bytes) : undefined;
  }

  /** Every file with its text, and every folder as `undefined`, by path. */
  tree(): Map<TreePath, string | undefined> {
    return new Map(
      this.entries()
        .map((entry): [string, string | undefined] => [entry.path, this.read(entry.path)])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  /** Folders before what is in them. */
  entries(): LocalEntry[] {
    const out: LocalEntry[] = [];
    const walk = (path: TreePath, folder: DiskNode) => {
      for (const { name, node } of folder.children.values()) {
        const at = childOf(path, name);
        out.push(entryOfNode(at, node));
        if (node.kind === 'folder') walk(at, node);
      }
    };
    walk('', this.#root);
    return out;
  }

  find(path: TreePath): DiskNode | undefined {
    let at: DiskNode | undefined = this.#root;
    for (const name of namesOf(path)) at = at?.children.get(this.#fold(name))?.node;
    return at;
  }

  attach(path: TreePath, node: DiskNode): void {
    const parent = this.find(parentOf(path) ?? '');
    if (parent?.kind !== 'folder') throw new AppError('target-changed', { path, reason: 'parent-missing' });
    parent.children.set(this.#fold(nameOf(path)), { name: this.#kept(nameOf(path)), node });
    parent.mtime = this.#now();
    this.changed(parent);
  }

  detach(path: TreePath): void {
    const parent = this.find(parentOf(path) ?? '');
    if (!parent?.children.delete(this.#fold(nameOf(path)))) throw new AppError('target-changed', { path });
    this.changed(parent);
  }

  /** Gives a node a new change time. */
  changed(node: DiskNode): void {
    const now = BigInt(Math.round(this.#clock.now() * 1000)) * 1000n;
    this.#lastCtime = now > this.#lastCtime ? now : this.#lastCtime + 1n;
    node.ctime = String(this.#lastCtime);
  }

  newFile(bytes: Uint8Array): DiskNode {
    const node = this.#make('file');
    node.bytes = bytes;
    return node;
  }

  newFolder(): DiskNode {
    return this.#make('folder');
  }

  #make(kind: DiskNode['kind']): DiskNode {
    const node: DiskNode = {
      id: this.#freeIds?.pop() ?? String(this.#lastId++),
      kind,
      bytes: new Uint8Array(),
      mtime: this.#now(),
      ctime: '',
      executable: false,
      link: false,
      children: new Map(),
    };
    this.changed(node);
    return node;
  }

  #now(): { s: number; ns: number } {
    const ms = this.#clock.now();
    const s = Math.floor(ms / 1000);
    return { s, ns: Math.round((ms - s * 1000) * 1e6) };
  }
}

/** A node as a scan reports it. */
export function entryOfNode(path: TreePath, node: DiskNode): LocalEntry {
  return {
    path,
    kind: node.kind,
    id: node.id,
    size: node.bytes.byteLength,
    mtime: { ...node.mtime },
    ctime: node.ctime,
    executable: node.executable,
    ...(node.link ? { link: true } : {}),
  };
}
