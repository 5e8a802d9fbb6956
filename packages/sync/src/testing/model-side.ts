import type { RemoteEntry } from '@holdfast/client';
import type { LocalEntry, LocalScan } from '@holdfast/localfs';
import { byDepth } from '../trees/by-depth.ts';
import type { RemoteReading } from '../trees/collect-remote.ts';

/** A file or folder of the model. */
export interface ModelNode {
  readonly id: string;
  parent: string;
  name: string;
  readonly folder: boolean;
  content: string;
  mtime: number;
  executable: boolean;
  /** Changes with everything, like a ctime or an etag. */
  version: number;
}

/** What the model calls the SHA-256 of a content. */
export function modelHash(content: string): string {
  return `sha-${content}`;
}

/** The simplest file tree there is: refuses what a real one refuses, and does nothing else. */
export class ModelSide {
  readonly nodes = new Map<string, ModelNode>();
  #next: number;

  constructor(firstId: number) {
    this.#next = firstId;
  }

  create(parent: string, name: string, folder: boolean, content: string, mtime: number): ModelNode {
    this.#free(parent, name);
    const id = String(this.#tick());
    const node = { id, parent, name, folder, content, mtime, executable: false, version: this.#tick() };
    this.nodes.set(id, node);
    return node;
  }

  edit(id: string, content: string, mtime: number): ModelNode {
    const node = this.get(id);
    if (node.folder) throw new Error('edit of a folder');
    node.content = content;
    node.mtime = mtime;
    node.version = this.#tick();
    return node;
  }

  touch(id: string, mtime: number, executable: boolean): ModelNode {
    const node = this.get(id);
    node.mtime = mtime;
    node.executable = executable;
    node.version = this.#tick();
    return node;
  }

  move(id: string, parent: string, name: string): ModelNode {
    const node = this.get(id);
    if (node.parent === parent && node.name === name) return node;
    if (!this.mayMove(id, parent)) throw new Error('move into itself');
    this.#free(parent, name);
    node.parent = parent;
    node.name = name;
    node.version = this.#tick();
    return node;
  }

  /** With all below when `deep`; otherwise a folder has to be empty. */
  remove(id: string, deep: boolean): void {
    const children = [...this.nodes.values()].filter((node) => node.parent === id);
    if (children.length > 0 && !deep) throw new Error('folder not empty');
    for (const child of children) this.remove(child.id, deep);
    if (!this.nodes.delete(id)) throw new Error('nothing there');
  }

  get(id: string): ModelNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  has(parent: string, name: string): boolean {
    return [...this.nodes.values()].some((node) => node.parent === parent && node.name === name);
  }

  mayMove(id: string, parent: string): boolean {
    for (let at = parent; at !== ''; at = this.get(at).parent) if (at === id) return false;
    return true;
  }

  path(node: ModelNode): string {
    return node.parent === '' ? node.name : `${this.path(this.get(node.parent))}/${node.name}`;
  }

  /** Path to content, folders as `/`. */
  shown(): Map<string, string> {
    const out = [...this.nodes.values()].map(
      (node) => [this.path(node), node.folder ? '/' : node.content] as const,
    );
    return new Map(out.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  scan(): LocalScan {
    return { entries: byDepth([...this.nodes.values()].map((node) => this.localEntry(node))), problems: [] };
  }

  localEntry(node: ModelNode): LocalEntry {
    return {
      path: this.path(node),
      kind: node.folder ? 'folder' : 'file',
      id: node.id,
      size: node.folder ? 0 : node.content.length,
      mtime: { s: node.mtime, ns: 7 },
      ctime: String(node.version),
      executable: node.executable,
    };
  }

  reading(withChecksums: boolean): RemoteReading {
    const entries = [...this.nodes.values()].map((node) => this.remoteEntry(node, withChecksums));
    return { entries, unchanged: [], gone: [], cursor: undefined, whole: true };
  }

  remoteEntry(node: ModelNode, withChecksums: boolean): RemoteEntry {
    const hex = modelHash(node.content);
    return {
      path: this.path(node),
      id: node.id,
      kind: node.folder ? 'folder' : 'file',
      etag: `e${node.version}`,
      size: node.folder ? 0 : node.content.length,
      mtime: { s: node.mtime, ns: 7 },
      checksums: node.folder || !withChecksums ? [] : [{ kind: 'SHA256', hex }],
      executable: node.executable,
      permissions: undefined,
    };
  }

  #tick(): number {
    this.#next += 1;
    return this.#next;
  }

  #free(parent: string, name: string): void {
    if (parent !== '' && !this.get(parent).folder) throw new Error('parent is a file');
    if (this.has(parent, name)) throw new Error(`name taken: ${name}`);
  }
}
