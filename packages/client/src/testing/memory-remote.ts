import { AppError, type Clock, childOf, namesOf, parentOf, type TreePath } from '@holdfast/base';
import { FaultPlan } from '@holdfast/base/testing';
import type { Mtime } from '@holdfast/protocol';
import type {
  Download,
  Remote,
  RemoteChange,
  RemoteEntry,
  RemoteProfile,
  UploadOptions,
  UploadSource,
} from '../remote.ts';
import { MemoryBatches } from './memory-batches.ts';
import { MemoryDeltas } from './memory-deltas.ts';
import { entryOfNode, MemoryServer, type ServerNode, sha256Of } from './memory-server.ts';

/** How the server lies about the next upload. The fake then does what a careful client does: it notices (R6). */
export type Lie = 'stores-nothing' | 'truncates' | 'flips-a-byte' | 'says-done-on-failure';

/** What kind of server the fake is. */
export interface MemoryRemoteOptions {
  readonly clock: Clock;
  /** `feed` like our node, `etag-walk` like Nextcloud, `listing` like plain WebDAV: no ids, no folder etags. */
  readonly discovery?: RemoteProfile['discovery'];
  /** Precision of modification times; by default `ns` with a feed, `s` with an etag walk, `none` otherwise. */
  readonly mtime?: RemoteProfile['mtime'];
  /** Several remotes may look at one server. */
  readonly server?: MemoryServer;
  /** The lies of a server that several remotes look at. */
  readonly lies?: Lie[];
  /** Does not compare what is stored with what was sent, and tells of it as the server does. */
  readonly trusting?: boolean;
  /** Takes many small files at once, of at most this many bytes each; 64 files and 1 MiB in one batch. */
  readonly batchFileBytes?: number;
  /** Takes deltas for versions of at least this many bytes. */
  readonly deltaMinBytes?: number;
  /** Names that are refused; of these only `characters` and `names` are looked at. */
  readonly names?: NonNullable<RemoteProfile['names']>;
}

const defaultMtime = { feed: 'ns', 'etag-walk': 's', listing: 'none' } as const;

/**
 * A server in memory. `server` is what others do on it; `faults` strikes at calls by the names of the port's
 * methods; `lies` are used up by the next uploads, one each.
 */
export class MemoryRemote implements Remote {
  readonly server: MemoryServer;
  readonly faults = new FaultPlan();
  readonly lies: Lie[];
  readonly batches: MemoryBatches | undefined;
  readonly deltas: MemoryDeltas | undefined;
  /** Ends the next `changes` after so many messages, without `end`: a connection that breaks. */
  cutListingAfter: number | undefined;
  #epoch: string;
  readonly #trusting: boolean;
  readonly #discovery: RemoteProfile['discovery'];
  readonly #mtime: RemoteProfile['mtime'];
  readonly #names: RemoteProfile['names'];

  constructor(options: MemoryRemoteOptions) {
    this.server = options.server ?? new MemoryServer(options.clock);
    this.lies = options.lies ?? [];
    this.#trusting = options.trusting === true;
    this.#epoch = this.server.epoch;
    this.#discovery = options.discovery ?? 'feed';
    this.#mtime = options.mtime ?? defaultMtime[this.#discovery];
    this.#names = options.names;
    const { batchFileBytes, deltaMinBytes } = options;
    this.batches =
      batchFileBytes === undefined
        ? undefined
        : new MemoryBatches(this.faults, batchFileBytes, {
            write: (path, source, options) => this.#store(path, source, options),
            read: (path, options) => this.#open(path, options),
          });
    this.deltas =
      deltaMinBytes === undefined
        ? undefined
        : new MemoryDeltas(this.faults, deltaMinBytes, {
            write: (path, source, options) => this.#store(path, source, options),
            bytes: (path, ifMatch) => {
              this.#match(path, ifMatch);
              return this.#file(path).bytes;
            },
          });
  }

  get profile(): RemoteProfile {
    const feed = this.#discovery === 'feed';
    const ids = this.#discovery !== 'listing';
    return {
      kind: feed ? 'holdfast' : ids ? 'nextcloud' : 'webdav',
      name: `memory ${this.#discovery}`,
      identity: `${this.server.instance}/user`,
      epoch: ids ? this.#epoch : '',
      encrypted: true,
      discovery: this.#discovery,
      stableIds: ids,
      mtime: this.#mtime,
      verifies: feed,
      chunkAbove: undefined,
      links: feed,
      ...(this.#names === undefined ? {} : { names: this.#names }),
    };
  }

  ensureRoot(): Promise<void> {
    return this.faults.around('ensureRoot', () => {});
  }

  async *changes(
    cursor: string | undefined,
    known: (path: TreePath) => RemoteEntry | undefined,
    signal?: AbortSignal,
  ): AsyncGenerator<RemoteChange> {
    const changes = await this.faults.around('changes', () => [...this.#look(cursor, known)]);
    const cut = this.cutListingAfter;
    this.cutListingAfter = undefined;
    for (const [index, change] of changes.entries()) {
      signal?.throwIfAborted();
      if (index === cut) throw new AppError('listing-doubtful');
      yield change;
    }
  }

  stat(path: TreePath): Promise<RemoteEntry | undefined> {
    return this.faults.around('stat', () => {
      const node = this.server.find(path);
      return node && this.#entry(path, node);
    });
  }

  read(
    path: TreePath,
    options: { ifMatch?: string; start?: number; end?: number; signal?: AbortSignal } = {},
  ): Promise<Download> {
    return this.faults.around('read', () => this.#open(path, options));
  }

  write(path: TreePath, source: UploadSource, options: UploadOptions): Promise<RemoteEntry> {
    return this.faults.around('write', () => this.#store(path, source, options));
  }

  mkdir(path: TreePath): Promise<RemoteEntry> {
    return this.faults.around('mkdir', () => {
      checkName(this.#names, path);
      return this.#entry(path, this.server.mkdir(path));
    });
  }

  move(from: TreePath, to: TreePath, options: { ifMatch?: string } = {}): Promise<RemoteEntry> {
    return this.faults.around('move', () => {
      checkName(this.#names, to);
      this.#match(from, options.ifMatch);
      return this.#entry(to, this.server.move(from, to));
    });
  }

  copy(from: TreePath, to: TreePath, options: { ifMatch: string }): Promise<RemoteEntry> {
    return this.faults.around('copy', () => {
      checkName(this.#names, to);
      this.#match(from, options.ifMatch);
      if (this.server.find(to)) throw new AppError('already-exists', { path: to });
      if (this.server.find(parentOf(to) ?? '')?.kind !== 'folder')
        throw new AppError('parent-missing', { path: to });
      const { bytes, mtime, executable, link } = this.#file(from);
      this.server.write(to, bytes, { mtime, executable, link });
      return this.#entry(to, this.server.get(to));
    });
  }

  /** Only like our node; `faults` strikes before it is connected. */
  async listen(onNews: () => void, signal: AbortSignal): Promise<void> {
    if (this.#discovery !== 'feed') throw new AppError('not-supported');
    await this.faults.around('listen', () => {});
    using _ = this.server.onChange(onNews);
    onNews();
    await new Promise((_resolve, reject) => {
      const end = () => reject(signal.reason);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  remove(path: TreePath, options: { ifMatch: string }): Promise<void> {
    return this.faults.around('remove', () => {
      this.#match(path, options.ifMatch);
      this.server.remove(path);
    });
  }

  touch(
    path: TreePath,
    attributes: { mtime: Mtime; executable: boolean },
    options: { ifMatch: string },
  ): Promise<RemoteEntry> {
    return this.faults.around('touch', () => {
      this.#match(path, options.ifMatch);
      const mtime = this.#kept(attributes.mtime) ?? this.server.get(path).mtime;
      return this.#entry(path, this.server.touch(path, { ...attributes, mtime }));
    });
  }

  async #store(path: TreePath, source: UploadSource, options: UploadOptions): Promise<RemoteEntry> {
    checkName(this.#names, path);
    const there = this.server.find(path);
    if (this.server.find(parentOf(path) ?? '')?.kind !== 'folder')
      throw new AppError('parent-missing', { path });
    if (options.ifAbsent && there) throw new AppError('target-changed', { path });
    if (options.ifMatch !== undefined && there?.etag !== options.ifMatch) {
      throw new AppError(there ? 'target-changed' : 'not-found', { path });
    }
    const etag = there?.etag;
    const sent = await collect(source, options);
    // What the source gave is checked first: a file that changed while it was read is no damage.
    if (options.sha256 !== undefined && sha256Of(sent) !== options.sha256) {
      throw new AppError('target-changed', { path, message: 'The source changed on the way.' });
    }
    // Compared when it takes effect: somebody may have been quicker while the bytes were on their way.
    const now = this.server.find(path);
    if (now !== there || now?.etag !== etag) throw new AppError('target-changed', { path });
    if (this.server.find(parentOf(path) ?? '')?.kind !== 'folder')
      throw new AppError('parent-missing', { path });
    const lie = this.lies.shift();
    if (lie !== 'says-done-on-failure') {
      const mtime = this.#kept(options.mtime);
      const { executable = false, link = false } = options;
      this.server.write(path, storedBytes(sent, lie), { executable, link, ...(mtime ? { mtime } : {}) });
    }
    const stored = this.server.find(path);
    if (!stored) throw new AppError('upload-damaged', { path });
    const told = this.#discovery === 'feed' || stored.bytes.byteLength !== sent.byteLength;
    if (sha256Of(stored.bytes) !== sha256Of(sent) && !(this.#trusting && told)) {
      throw new AppError('upload-damaged', { path });
    }
    return this.#entry(path, stored);
  }

  #open(
    path: TreePath,
    options: { ifMatch?: string; start?: number; end?: number; signal?: AbortSignal },
  ): Download {
    const node = this.#file(path);
    if (options.ifMatch !== undefined && node.etag !== options.ifMatch) {
      throw new AppError('target-changed', { path });
    }
    const bytes = node.bytes.slice(options.start ?? 0, options.end);
    const { size, checksums } = this.#entry(path, node);
    return { etag: node.etag, size, checksums, body: inHalves(bytes, options.signal) };
  }

  *#look(
    cursor: string | undefined,
    known: (path: TreePath) => RemoteEntry | undefined,
  ): Generator<RemoteChange> {
    if (this.#discovery === 'etag-walk') {
      yield { type: 'entry', entry: this.#entry('', this.server.get('')) };
      yield* this.#walkEtags('', known);
      yield { type: 'end', cursor: undefined, whole: true, ...this.#epochNow() };
      return;
    }
    const lines = this.#discovery === 'feed' && cursor !== undefined ? this.server.since(cursor) : undefined;
    if (lines === undefined) {
      yield { type: 'entry', entry: this.#entry('', this.server.get('')) };
      for (const [path, node] of this.server.walk(''))
        yield { type: 'entry', entry: this.#entry(path, node) };
    } else {
      const paths = this.server.paths();
      for (const line of lines) {
        const path = paths.get(line.id);
        if (path === undefined) yield { type: 'gone', path: line.path, id: line.id };
        else yield { type: 'entry', entry: this.#entry(path, this.server.get(path)) };
      }
    }
    const next = this.#discovery === 'feed' ? this.server.token : undefined;
    yield { type: 'end', cursor: next, whole: lines === undefined, ...(lines ? {} : this.#epochNow()) };
  }

  *#walkEtags(folder: TreePath, known: (path: TreePath) => RemoteEntry | undefined): Generator<RemoteChange> {
    const before = known(folder);
    if (before?.kind === 'folder' && before.etag !== '' && before.etag === this.server.get(folder).etag) {
      yield { type: 'unchanged', path: folder };
      return;
    }
    for (const [name, node] of this.server.get(folder).children) {
      const path = childOf(folder, name);
      yield { type: 'entry', entry: this.#entry(path, node) };
      if (node.kind === 'folder') yield* this.#walkEtags(path, known);
    }
  }

  /** As a client finds it out: it asks once at the start, and again with every whole reading. */
  #epochNow(): { epoch?: string } {
    if (this.#discovery === 'listing') return {};
    this.#epoch = this.server.epoch;
    return { epoch: this.#epoch };
  }

  #entry(path: TreePath, node: ServerNode): RemoteEntry {
    const listing = this.#discovery === 'listing';
    const entry = entryOfNode(path, node, !listing, this.#discovery === 'feed');
    // Plain WebDAV servers seldom give folders an etag that tells anything.
    return listing && node.kind === 'folder' ? { ...entry, etag: '' } : entry;
  }

  #file(path: TreePath): ServerNode {
    const node = this.server.get(path);
    if (node.kind !== 'file') throw new AppError('target-changed', { path });
    return node;
  }

  #match(path: TreePath, ifMatch: string | undefined): void {
    const etag = this.#entry(path, this.server.get(path)).etag;
    if (ifMatch !== undefined && etag !== ifMatch) throw new AppError('target-changed', { path });
  }

  #kept(mtime: Mtime): Mtime | undefined {
    if (this.#mtime === 'ns') return mtime;
    return this.#mtime === 's' ? { s: mtime.s, ns: 0 } : undefined;
  }
}

async function collect(source: UploadSource, options: UploadOptions): Promise<Uint8Array> {
  const bytes = new Uint8Array(source.size);
  let size = 0;
  for await (const chunk of source.open()) {
    options.signal?.throwIfAborted();
    if (size + chunk.byteLength > source.size) throw new AppError('target-changed');
    bytes.set(chunk, size);
    size += chunk.byteLength;
    options.onProgress?.(chunk.byteLength);
  }
  if (size !== source.size) throw new AppError('target-changed');
  return bytes;
}

function storedBytes(bytes: Uint8Array, lie: Lie | undefined): Uint8Array {
  if (lie === 'stores-nothing') return new Uint8Array();
  if (lie === 'truncates') return bytes.slice(0, Math.floor(bytes.byteLength / 2));
  return lie === 'flips-a-byte' ? bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte)) : bytes;
}

async function* inHalves(bytes: Uint8Array, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const half = Math.ceil(bytes.byteLength / 2);
  for (const part of [bytes.subarray(0, half), bytes.subarray(half)]) {
    signal?.throwIfAborted();
    if (part.byteLength > 0) yield part;
  }
}

function checkName(limits: RemoteProfile['names'], path: TreePath): void {
  for (const name of namesOf(path)) {
    const refused = limits !== undefined && Array.from(name).some((one) => limits.characters.includes(one));
    if (refused || limits?.names.includes(name.toLowerCase()))
      throw new AppError('name-impossible', { path });
    if (name === '' || name === '.' || name === '..' || new TextEncoder().encode(name).byteLength > 255) {
      throw new AppError('name-impossible', { path });
    }
  }
}
