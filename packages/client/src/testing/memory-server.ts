import { createHash } from 'node:crypto';
import {
  AppError,
  type Clock,
  childOf,
  isWithin,
  nameOf,
  namesOf,
  parentOf,
  type TreePath,
} from '@holdfast/base';
import type { Checksum, Mtime } from '@holdfast/protocol';
import type { RemoteEntry } from '../remote.ts';

/** A file or folder on the server. */
export interface ServerNode {
  readonly id: string;
  readonly kind: 'file' | 'folder';
  bytes: Uint8Array;
  etag: string;
  mtime: Mtime;
  executable: boolean;
  link: boolean;
  permissions: string | undefined;
  readonly children: Map<string, ServerNode>;
}

/** One line of the change feed. */
interface FeedLine {
  readonly id: string;
  readonly path: TreePath;
  readonly gone: boolean;
}

/**
 * The tree of a server, with stable ids, etags that change up to the root, and a change feed: what other clients
 * do, unguarded. Every method throws AppError as a server would answer.
 */
export class MemoryServer {
  readonly #clock: Clock;
  #lastId = 0;
  #lastEtag = 0;
  #root: ServerNode;
  #feed: FeedLine[] = [];
  readonly #listeners = new Set<() => void>();
  /** Changes at a restore from a backup. */
  epoch = 'epoch-1';
  instance = 'instance-1';

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#root = this.#make('folder');
  }

  /** Calls `listener` after every change, until disposed of. */
  onChange(listener: () => void): Disposable {
    const own = () => listener();
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => this.#listeners.delete(own) };
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The token of now. */
  get token(): string {
    return `${this.epoch}/${this.#feed.length}`;
  }

  /** Changes since a token, by node, latest last; undefined for a token that is not ours. */
  since(token: string): readonly FeedLine[] | undefined {
    const [epoch, position] = token.split('/');
    if (epoch !== this.epoch || position === undefined) return undefined;
    const latest = new Map<string, FeedLine>();
    for (const line of this.#feed.slice(Number(position))) {
      const earlier = latest.get(line.id);
      latest.delete(line.id);
      // What came and went since is told as gone from where the client may know it: its first place.
      latest.set(line.id, line.gone && earlier?.gone ? earlier : line);
    }
    return [...latest.values()];
  }

  /** Creates or overwrites a file, with the folders above. */
  write(
    path: TreePath,
    content: string | Uint8Array,
    attributes: { mtime?: Mtime; executable?: boolean; link?: boolean } = {},
  ): ServerNode {
    const parent = parentOf(path);
    if (parent !== undefined && parent !== '') this.mkdirs(parent);
    const there = this.find(path);
    if (there?.kind === 'folder') throw new AppError('already-exists', { path });
    const node = there ?? this.#make('file');
    node.bytes = typeof content === 'string' ? new TextEncoder().encode(content) : Uint8Array.from(content);
    node.mtime = attributes.mtime ?? this.#now();
    node.executable = attributes.executable ?? node.executable;
    node.link = attributes.link ?? false;
    if (!there) this.#parent(path).children.set(nameOf(path), node);
    this.#changed(path, node);
    return node;
  }

  /** Makes a folder and those above. */
  mkdirs(path: TreePath): void {
    let at = '';
    for (const name of namesOf(path)) {
      at = childOf(at, name);
      if (!this.find(at)) this.mkdir(at);
    }
  }

  mkdir(path: TreePath): ServerNode {
    if (this.find(path)) throw new AppError('already-exists', { path });
    const node = this.#make('folder');
    this.#parent(path).children.set(nameOf(path), node);
    this.#changed(path, node);
    return node;
  }

  move(from: TreePath, to: TreePath): ServerNode {
    const node = this.get(from);
    if (this.find(to)) throw new AppError('target-changed', { path: to });
    if (isWithin(to, from)) throw new AppError('into-itself', { path: to });
    const parent = this.#parent(to);
    this.#parent(from).children.delete(nameOf(from));
    this.#bump(from);
    parent.children.set(nameOf(to), node);
    this.#changed(to, node, 'moved');
    return node;
  }

  remove(path: TreePath): void {
    const node = this.get(path);
    this.#parent(path).children.delete(nameOf(path));
    this.#feed.push({ id: node.id, path, gone: true });
    this.#tell();
    this.#bump(path);
  }

  touch(path: TreePath, attributes: { mtime: Mtime; executable: boolean }): ServerNode {
    const node = this.get(path);
    node.mtime = attributes.mtime;
    node.executable = attributes.executable;
    this.#changed(path, node, 'moved');
    return node;
  }

  find(path: TreePath): ServerNode | undefined {
    let at: ServerNode | undefined = this.#root;
    for (const name of namesOf(path)) at = at?.children.get(name);
    return at;
  }

  get(path: TreePath): ServerNode {
    const node = this.find(path);
    if (!node) throw new AppError('not-found', { path });
    return node;
  }

  read(path: TreePath): string | undefined {
    const node = this.find(path);
    return node?.kind === 'file' ? new TextDecoder().decode(node.bytes) : undefined;
  }

  /** Every file with its text, and every folder as `undefined`, by path. */
  tree(): Map<TreePath, string | undefined> {
    return new Map(
      [...this.walk('')]
        .map(([path]): [string, string | undefined] => [path, this.read(path)])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }

  /** Everything below a folder, folders before what is in them. */
  *walk(path: TreePath): Generator<[TreePath, ServerNode]> {
    for (const [name, node] of this.find(path)?.children ?? []) {
      const at = childOf(path, name);
      yield [at, node];
      if (node.kind === 'folder') yield* this.walk(at);
    }
  }

  /** Where every node is now, by id. */
  paths(): Map<string, TreePath> {
    const out = new Map([[this.#root.id, '']]);
    for (const [path, node] of this.walk('')) out.set(node.id, path);
    return out;
  }

  /** Replaces everything by a copy of an earlier state, with a new epoch, as a restore from a backup does. */
  restore(files: ReadonlyMap<TreePath, string | undefined>): void {
    this.#root = this.#make('folder');
    this.#feed = [];
    this.epoch = `epoch-${Number(this.epoch.slice(6)) + 1}`;
    for (const [path, text] of files) {
      if (text === undefined) this.mkdirs(path);
      else this.write(path, text);
    }
  }

  #parent(path: TreePath): ServerNode {
    const parent = this.find(parentOf(path) ?? '');
    if (parent?.kind !== 'folder') throw new AppError('parent-missing', { path });
    return parent;
  }

  #changed(path: TreePath, node: ServerNode, how: 'content' | 'moved' = 'content'): void {
    if (how === 'content' || node.kind === 'folder') node.etag = this.#newEtag();
    this.#feed.push({ id: node.id, path, gone: false });
    this.#tell();
    this.#bump(path);
  }

  /** New etags for all folders above. */
  #bump(path: TreePath): void {
    for (let at = parentOf(path); at !== undefined; at = parentOf(at)) {
      const folder = this.find(at);
      if (folder) folder.etag = this.#newEtag();
    }
  }

  #make(kind: ServerNode['kind']): ServerNode {
    return {
      id: String(++this.#lastId).padStart(8, '0'),
      kind,
      bytes: new Uint8Array(),
      etag: this.#newEtag(),
      mtime: this.#now(),
      executable: false,
      link: false,
      permissions: kind === 'file' ? 'RGDNVW' : 'RGDNVCK',
      children: new Map(),
    };
  }

  #newEtag(): string {
    return `e${++this.#lastEtag}`;
  }

  #now(): Mtime {
    const ms = this.#clock.now();
    return { s: Math.floor(ms / 1000), ns: 0 };
  }
}

/** SHA-256 of some bytes, lower-case hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A node as a remote reports it. */
export function entryOfNode(path: TreePath, node: ServerNode, ids: boolean, hashes: boolean): RemoteEntry {
  const checksums: Checksum[] =
    hashes && node.kind === 'file' ? [{ kind: 'SHA256', hex: sha256Of(node.bytes) }] : [];
  return {
    path,
    id: ids ? node.id : undefined,
    kind: node.kind,
    etag: node.etag,
    size: node.bytes.byteLength,
    mtime: node.mtime,
    checksums,
    executable: node.executable,
    ...(node.link ? { link: true } : {}),
    permissions: ids ? node.permissions : undefined,
  };
}
