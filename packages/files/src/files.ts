import type { Readable } from 'node:stream';
import type { AppError, Brand, TreePath } from '@holdfast/base';
import type { ByteRange } from '@holdfast/blobs';
import type { Checksum, Mtime, XmlElement } from '@holdfast/protocol';

/** Id of a file or folder on this node; stays the same when it is renamed, moved or rewritten. Never reused. */
export type NodeId = Brand<number, 'NodeId'>;

/** Who asks, and what of the tree they may touch. Checked here again, whatever the surface has checked. */
export interface Actor {
  readonly userId: string;
  readonly read: boolean;
  readonly write: boolean;
  readonly delete: boolean;
  /** When set: only these nodes and what is below them. All else is invisible; the way there is an empty shell. */
  readonly within?: readonly NodeId[];
}

/** A file or folder as it is now. */
export interface TreeNode {
  readonly id: NodeId;
  /** Undefined for the root. */
  readonly parentId: NodeId | undefined;
  readonly path: TreePath;
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Bytes; for a folder the sum of all below. */
  readonly size: number;
  readonly mtime: Mtime;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /**
   * Without quotes, never used twice. A file's changes with its content, not with its name or place;
   * a folder's changes with anything below it.
   */
  readonly etag: string;
  /** Of a file: SHA-256 always, and those the uploader named. Empty for folders. */
  readonly checksums: readonly Checksum[];
  readonly executable: boolean;
  readonly favorite: boolean;
  /** A symbolic link of a client that syncs them as such; the content of the file is its target. */
  readonly link?: boolean;
}

/** One `(…)` list of an `If` header (RFC 4918 §10.4), its resource resolved to a path of the same tree. */
export interface IfList {
  readonly path: TreePath;
  readonly conditions: readonly { readonly not: boolean; readonly etag?: string; readonly token?: string }[];
}

/** Conditions that hold, evaluated inside the transaction that makes the change. */
export interface Guard {
  /** `If-Match`: etags without quotes, or `*` for anything that exists. For MOVE of an upload: of the destination. */
  readonly ifMatch?: '*' | readonly string[];
  /** `If-None-Match`: etags without quotes, or `*` for nothing there. */
  readonly ifNoneMatch?: '*' | readonly string[];
  /** `If-Unmodified-Since`, in seconds since 1970. */
  readonly ifUnmodifiedSince?: number;
  /** `If`: true when any list holds. */
  readonly ifLists?: readonly IfList[];
  /** All lock tokens the request has submitted. */
  readonly lockTokens?: readonly string[];
}

/** How to write a file. */
export interface WriteOptions extends Guard {
  readonly mtime?: Mtime;
  readonly createdAt?: number;
  readonly executable?: boolean;
  /** A symbolic link; a write without this makes a plain file, whatever was there. */
  readonly link?: boolean;
  /** All must fit what arrives. */
  readonly checksums?: readonly Checksum[];
  /** Bytes that must arrive; fewer or more is `body-cut-off`. */
  readonly size?: number;
  /** Make missing folders on the way (`X-NC-WebDAV-AutoMkcol`). */
  readonly createParents?: boolean;
  readonly signal?: AbortSignal;
}

/** One small file of a batch. */
export interface BatchFile {
  readonly path: TreePath;
  readonly bytes: Uint8Array;
  readonly options: WriteOptions;
}

/** What a new version is made of: bytes of the version that is there, or new ones. */
export type DeltaPiece =
  | { readonly kind: 'copy'; readonly start: number; readonly size: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** How to write a delta. */
export interface DeltaWriteOptions extends Omit<WriteOptions, 'checksums' | 'createParents'> {
  /** The version that is copied from. */
  readonly ifMatch: readonly [etag: string];
  /** Bytes of the new version. */
  readonly size: number;
  /** SHA-256 of the new version; asked for when all pieces have come. */
  readonly digest: () => string;
}

/** A file, and where it is cut by its content. */
export interface ChunkedFile {
  readonly node: TreeNode;
  /** 36 bytes a chunk, as `parseChunks` of the protocol reads them. */
  readonly chunks: Uint8Array;
}

/** A file opened for reading. */
export interface OpenedFile {
  readonly node: TreeNode;
  /** The bytes asked for, and no others. A Buffer where they were at hand. */
  readonly body: Readable | Buffer;
  /** Undefined when the whole file was asked for. */
  readonly range: ByteRange | undefined;
}

/** A dead property; `xml` is the element as it was sent, namespaces included. */
export interface DeadProperty {
  readonly ns: string;
  readonly name: string;
  readonly element: XmlElement;
}

/** One instruction of a PROPPATCH. */
export type PropertyChange =
  | { readonly action: 'set'; readonly property: DeadProperty }
  | { readonly action: 'remove'; readonly ns: string; readonly name: string };

/** Live attributes that PROPPATCH and our own clients may set together with dead properties. */
export interface LiveChange {
  readonly mtime?: Mtime;
  readonly createdAt?: number;
  readonly favorite?: boolean;
  readonly executable?: boolean;
}

/** A write lock (RFC 4918 §6). */
export interface Lock {
  /** `urn:uuid:…` */
  readonly token: string;
  /** Path of the resource that was locked. */
  readonly root: TreePath;
  readonly scope: 'exclusive' | 'shared';
  readonly depth: '0' | 'infinity';
  /** The `owner` element as it was sent. */
  readonly owner: XmlElement | undefined;
  readonly userId: string;
  /** Seconds from now. */
  readonly timeout: number;
}

/** What happened to a node since a sync token. */
export type TreeChange =
  | { readonly type: 'present'; readonly node: TreeNode }
  /** It was at `path` and is no longer within the scope. */
  | { readonly type: 'gone'; readonly id: NodeId; readonly path: TreePath };

/** One page of changes. */
export interface ChangePage {
  readonly changes: readonly TreeChange[];
  /** Opaque; an absolute URI. Give it to the next call. */
  readonly token: string;
  /** More changes are waiting behind `token`. */
  readonly truncated: boolean;
}

/** Chunked uploads, one staging folder a transfer. */
export interface Uploads {
  /** @throws AppError `already-exists`, `quota-exceeded`, `bad-value` (transfer ids are `[A-Za-z0-9._-]{1,64}`). */
  create(actor: Actor, transfer: string, totalSize?: number): Promise<void>;
  /** Stores one chunk durably, replacing an earlier one of the same number. Numbers are 0 or more and order the chunks. */
  putChunk(
    actor: Actor,
    transfer: string,
    chunk: number,
    body: AsyncIterable<Uint8Array>,
    options?: { size?: number; signal?: AbortSignal; checksums?: readonly Checksum[] },
  ): Promise<void>;
  /**
   * Appends to an upload that comes as one stream in several goes, instead of chunks: `from` is how many bytes are
   * there. What has arrived stays when the body breaks off. A later call ends an earlier one that is still waiting
   * for bytes. Returns how many bytes are there then.
   * @throws AppError `conflict` when another number is there, or chunks are; `quota-exceeded`, `not-found`.
   */
  append(
    actor: Actor,
    transfer: string,
    from: number,
    body: AsyncIterable<Uint8Array>,
    options?: { size?: number; signal?: AbortSignal },
  ): Promise<number>;
  /** How many bytes of an upload are there. @throws AppError `not-found`. */
  offset(actor: Actor, transfer: string): Promise<number>;
  /** The chunks, by number, with the name each was put under left to the surface. @throws AppError `not-found`. */
  list(actor: Actor, transfer: string): Promise<readonly { chunk: number; size: number; storedAt: number }[]>;
  removeChunk(actor: Actor, transfer: string, chunk: number): Promise<void>;
  /**
   * Makes the file out of the chunks, in order, by writing a manifest: no byte is copied. The upload is gone
   * afterwards; when this rejects it is still there.
   * @throws AppError `upload-incomplete` when the sum is not `size`; `checksum-mismatch`; those of `Files.write`;
   *   `bad-value` for an upload by `append` without its SHA-256.
   */
  finish(actor: Actor, transfer: string, to: TreePath, options: WriteOptions): Promise<WriteResult>;
  abort(actor: Actor, transfer: string): Promise<void>;
}

/** A node after a change. */
export interface WriteResult {
  readonly node: TreeNode;
  /** False when something was there before. */
  readonly created: boolean;
}

/**
 * The hosted file tree. Every method takes an actor and a path in that user's tree. A method that changes
 * something resolves only after the change is durable, and is atomic: it happened whole or not at all.
 *
 * All throw AppError: `not-found` (also for what the actor may not see), `forbidden` (no right), `locked`,
 * `precondition-failed`, `parent-missing`, `not-a-folder`, `is-a-folder`, `bad-name`, `name-too-long`,
 * `quota-exceeded`, `disk-full`, as it applies.
 */
export interface Files {
  /** Which node this is: `instanceId` for ever, `epoch` new after every restore from a backup. */
  readonly identity: { readonly instanceId: string; readonly epoch: string };
  /** Makes the root folder of an account. Idempotent. */
  createRoot(userId: string, quotaBytes?: number): Promise<void>;
  find(actor: Actor, path: TreePath): Promise<TreeNode | undefined>;
  get(actor: Actor, path: TreePath): Promise<TreeNode>;
  /** A folder and what is directly in it, by name. A file has no children. */
  list(actor: Actor, path: TreePath): Promise<{ self: TreeNode; children: readonly TreeNode[] }>;
  /** @throws AppError `range-unsatisfiable`, `is-a-folder`. `range.end` may lie beyond the end of the file. */
  read(
    actor: Actor,
    path: TreePath,
    range?: ByteRange | { suffix: number } | { start: number },
  ): Promise<OpenedFile>;
  /**
   * Creates or replaces a file.
   * @throws AppError `checksum-mismatch`, `body-cut-off`, as well as those above; nothing has changed then.
   */
  write(
    actor: Actor,
    path: TreePath,
    body: AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<WriteResult>;
  /**
   * Writes many small files, each as `write` does and on its own: what was refused is in the results, which are in
   * the order of `batch`. They take effect in that order. Resolves when all that succeeded are durable.
   * @throws AppError `forbidden` when the actor may not write at all.
   */
  writeBatch(actor: Actor, batch: readonly BatchFile[]): Promise<readonly (WriteResult | AppError)[]>;
  /**
   * Replaces a file by a version made of parts of what is there and of new bytes. What is copied is read and hashed,
   * but not stored again.
   * @throws AppError `bad-value` for a part that is not there; `checksum-mismatch`; those of `write`.
   */
  writeDelta(
    actor: Actor,
    path: TreePath,
    pieces: AsyncIterable<DeltaPiece>,
    options: DeltaWriteOptions,
  ): Promise<WriteResult>;
  /**
   * Where a file is cut by its content (`ChunkCutter` of the protocol); computed where it is not known yet.
   * @throws AppError `not-supported` for files of more than `limits.chunkedBytes`.
   */
  chunks(actor: Actor, path: TreePath): Promise<ChunkedFile>;
  /**
   * Computes in quiet moments what `chunks` of large new files will say, until the signal aborts. For the process that
   * serves the tree; gives way to all other calls.
   */
  prepareChunks(signal: AbortSignal): Promise<void>;
  /** @throws AppError `already-exists`. */
  mkdir(
    actor: Actor,
    path: TreePath,
    options?: Guard & { properties?: readonly PropertyChange[]; mtime?: Mtime; createParents?: boolean },
  ): Promise<TreeNode>;
  /**
   * Moves or renames, in O(1) rows whatever is below. Node id and file etag stay.
   * @throws AppError `precondition-failed` when the target exists and not `overwrite`; `into-itself`; `same-resource`.
   */
  move(
    actor: Actor,
    from: TreePath,
    to: TreePath,
    options: Guard & { overwrite: boolean },
  ): Promise<WriteResult>;
  /** Copies with properties, without locks. `depth: '0'` copies a folder without what is in it. */
  copy(
    actor: Actor,
    from: TreePath,
    to: TreePath,
    options: Guard & { overwrite: boolean; depth: '0' | 'infinity' },
  ): Promise<WriteResult>;
  /** Removes a file, or a folder with all below. */
  remove(actor: Actor, path: TreePath, options?: Guard): Promise<void>;
  /** Dead properties of nodes, by node id. */
  properties(ids: readonly NodeId[]): Promise<ReadonlyMap<NodeId, readonly DeadProperty[]>>;
  /** All changes or none. */
  patch(
    actor: Actor,
    path: TreePath,
    changes: readonly PropertyChange[],
    live: LiveChange,
    options?: Guard,
  ): Promise<TreeNode>;
  /**
   * Takes a lock; on an unused path it creates an empty file first (`created`).
   * @throws AppError `locked` when a conflicting lock is there (`details.hrefs`: its root paths).
   */
  lock(
    actor: Actor,
    path: TreePath,
    request: {
      scope: 'exclusive' | 'shared';
      depth: '0' | 'infinity';
      owner?: XmlElement;
      timeoutSeconds: number;
    } & Guard,
  ): Promise<{ lock: Lock; created: boolean }>;
  /** Refreshes the lock among `lockTokens` that covers `path`. @throws AppError `precondition-failed`. */
  refreshLock(actor: Actor, path: TreePath, options: Guard & { timeoutSeconds: number }): Promise<Lock>;
  /** @throws AppError `lock-token-mismatch`, `forbidden` (somebody else's lock). */
  unlock(actor: Actor, path: TreePath, token: string): Promise<void>;
  /** The live locks that cover each of these paths, inherited ones included. */
  locks(actor: Actor, paths: readonly TreePath[]): Promise<ReadonlyMap<TreePath, readonly Lock[]>>;
  /**
   * What has changed below `path` since a token; without one, everything that is there now (RFC 6578).
   * A moved folder is reported alone, not with all below it: node ids tell the rest (`expandMoves` lists them too).
   * @throws AppError `sync-token-invalid`.
   */
  changes(
    actor: Actor,
    path: TreePath,
    options: { since?: string; limit?: number; depth: '1' | 'infinity'; expandMoves?: boolean },
  ): Promise<ChangePage>;
  /** The token of now, for `changes`. */
  syncToken(actor: Actor): Promise<string>;
  /**
   * Calls `listener` with the user whose tree has changed: within a tenth of a second, after the commit, once for
   * many changes. Only changes made through this object count. Disposing ends it; a listener must not throw.
   */
  onChange(listener: (userId: string) => void): Disposable;
  /** Bytes used and the limit; undefined for none. */
  quota(actor: Actor): Promise<{ used: number; limit: number | undefined }>;
  /** The paths of nodes, where they exist and the user owns them: for showing and making path-limited tokens. */
  pathsOf(userId: string, ids: readonly NodeId[]): Promise<ReadonlyMap<NodeId, TreePath>>;
  readonly uploads: Uploads;
}
