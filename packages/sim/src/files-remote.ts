import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type {
  Download,
  Remote,
  RemoteChange,
  RemoteEntry,
  RemoteProfile,
  UploadOptions,
  UploadSource,
} from '@holdfast/client';
import type { Actor, Files, TreeNode } from '@holdfast/files';
import type { Mtime } from '@holdfast/protocol';
import type { PlainTree } from './place.ts';
import type { Scheduler } from './scheduler.ts';

/** A remote that is the node itself, without the wire between them. */
export class FilesRemote implements Remote {
  readonly batches = undefined;
  readonly deltas = undefined;
  readonly #files: Files;
  readonly #actor: Actor;
  readonly #scheduler: Scheduler;

  constructor(files: Files, actor: Actor, scheduler: Scheduler) {
    this.#files = files;
    this.#actor = actor;
    this.#scheduler = scheduler;
  }

  get profile(): RemoteProfile {
    const { instanceId, epoch } = this.#files.identity;
    return {
      kind: 'holdfast',
      name: 'the node itself',
      identity: `${instanceId}/${this.#actor.userId}`,
      epoch,
      discovery: 'feed',
      encrypted: true,
      stableIds: true,
      mtime: 'ns',
      verifies: true,
      chunkAbove: undefined,
      links: false,
    };
  }

  async ensureRoot(): Promise<void> {}

  async *changes(cursor: string | undefined): AsyncGenerator<RemoteChange> {
    const whole = cursor === undefined;
    let since = cursor;
    if (whole)
      yield { type: 'entry', entry: entryOf(await this.#do((files, actor) => files.get(actor, ''))) };
    for (;;) {
      const from = since === undefined ? {} : { since };
      const page = await this.#do((files, actor) =>
        files.changes(actor, '', { ...from, ...(whole ? {} : { limit: 5 }), depth: 'infinity' }),
      );
      for (const change of page.changes) {
        if (change.type === 'gone') yield { type: 'gone', path: change.path, id: String(change.id) };
        else if (change.node.path !== '' || !whole) yield { type: 'entry', entry: entryOf(change.node) };
      }
      since = page.token;
      if (!page.truncated) break;
    }
    yield { type: 'end', cursor: since, whole };
  }

  async stat(path: TreePath): Promise<RemoteEntry | undefined> {
    const node = await this.#do((files, actor) => files.find(actor, path));
    return node && entryOf(node);
  }

  async read(
    path: TreePath,
    options: { ifMatch?: string; start?: number; end?: number } = {},
  ): Promise<Download> {
    const { start, end } = options;
    const last = end === undefined ? undefined : end - 1;
    const range = start === undefined ? undefined : last === undefined ? { start } : { start, end: last };
    return await this.#do(async (files, actor) => {
      const { node, body } = await files.read(actor, path, range);
      const bytes = Buffer.isBuffer(body) ? body : Buffer.concat(await body.toArray());
      if (options.ifMatch !== undefined && options.ifMatch !== node.etag) {
        throw new AppError('target-changed', { path });
      }
      const pieces = async function* () {
        if (bytes.byteLength > 0) yield new Uint8Array(bytes);
      };
      return { etag: node.etag, size: node.size, checksums: node.checksums, body: pieces() };
    });
  }

  async write(path: TreePath, source: UploadSource, options: UploadOptions): Promise<RemoteEntry> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source.open()) {
      options.signal?.throwIfAborted();
      chunks.push(Uint8Array.from(chunk));
      options.onProgress?.(chunk.byteLength);
    }
    const guard =
      options.ifMatch === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: [options.ifMatch] };
    const { mtime, executable, sha256, link } = options;
    const { node } = await this.#do((files, actor) =>
      files.write(actor, path, pieces(chunks), {
        ...guard,
        mtime,
        size: source.size,
        ...(executable === undefined ? {} : { executable }),
        ...(link === undefined ? {} : { link }),
        ...(sha256 === undefined ? {} : { checksums: [{ kind: 'SHA256' as const, hex: sha256 }] }),
      }),
    );
    return entryOf(node);
  }

  async mkdir(path: TreePath): Promise<RemoteEntry> {
    return entryOf(await this.#do((files, actor) => files.mkdir(actor, path)));
  }

  async move(from: TreePath, to: TreePath, options: { ifMatch?: string } = {}): Promise<RemoteEntry> {
    const guard = options.ifMatch === undefined ? {} : { ifLists: ifStill(from, options.ifMatch) };
    const { node } = await this.#do((files, actor) =>
      files.move(actor, from, to, { ...guard, overwrite: false }),
    );
    return entryOf(node);
  }

  async copy(from: TreePath, to: TreePath, { ifMatch }: { ifMatch: string }): Promise<RemoteEntry> {
    const { node } = await this.#do((files, actor) =>
      files.copy(actor, from, to, { ifLists: ifStill(from, ifMatch), overwrite: false, depth: '0' }),
    );
    return entryOf(node);
  }

  async remove(path: TreePath, { ifMatch }: { ifMatch: string }): Promise<void> {
    await this.#do((files, actor) => files.remove(actor, path, { ifMatch: [ifMatch] }));
  }

  async touch(
    path: TreePath,
    { mtime, executable }: { mtime: Mtime; executable: boolean },
    { ifMatch }: { ifMatch: string },
  ): Promise<RemoteEntry> {
    const node = await this.#do((files, actor) =>
      files.patch(actor, path, [], { mtime, executable }, { ifMatch: [ifMatch] }),
    );
    return entryOf(node);
  }

  listen(): Promise<void> {
    return Promise.reject(new AppError('not-supported'));
  }

  /** One request: nothing else happens until the node has answered. */
  async #do<T>(work: (files: Files, actor: Actor) => Promise<T>): Promise<T> {
    try {
      return await this.#scheduler.alone(() => work(this.#files, this.#actor));
    } catch (error) {
      throw translated(error);
    }
  }
}

/** Every file with its text, and every folder as `undefined`. */
export async function wholeTree(files: Files, actor: Actor): Promise<PlainTree> {
  const out = new Map<TreePath, string | undefined>();
  const folders: TreePath[] = [''];
  for (const folder of folders) {
    for (const node of (await files.list(actor, folder)).children) {
      if (node.kind === 'folder') {
        out.set(node.path, undefined);
        folders.push(node.path);
        continue;
      }
      const { body } = await files.read(actor, node.path);
      out.set(node.path, (Buffer.isBuffer(body) ? body : Buffer.concat(await body.toArray())).toString());
    }
  }
  return new Map([...out].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ifStill(path: TreePath, etag: string) {
  return [{ path, conditions: [{ not: false, etag }] }];
}

function entryOf(node: TreeNode): RemoteEntry {
  return {
    path: node.path,
    id: String(node.id),
    kind: node.kind,
    etag: node.etag,
    size: node.kind === 'file' ? node.size : 0,
    mtime: node.mtime,
    checksums: node.checksums,
    executable: node.executable,
    permissions: undefined,
  };
}

/** As the client tells what the node answers. */
function translated(error: unknown): unknown {
  if (!isAppError(error)) return error;
  if (error.code === 'precondition-failed') return new AppError('target-changed', error.details);
  if (error.code === 'checksum-mismatch' || error.code === 'body-cut-off') {
    return new AppError('target-changed', error.details);
  }
  return error;
}

async function* pieces(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
