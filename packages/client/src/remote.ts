import type { TreePath } from '@holdfast/base';
import type { Mtime } from '@holdfast/protocol';
import type { Download, RemoteEntry, UploadOptions, UploadSource } from './remote-entry.ts';
import type { BatchTransfers, DeltaTransfers } from './transfers.ts';

export type { Download, RemoteEntry, UploadOptions, UploadSource } from './remote-entry.ts';

/** What kind of server was found, and what it can do. */
export interface RemoteProfile {
  readonly kind: 'holdfast' | 'nextcloud' | 'owncloud' | 'webdav';
  /** Product and version as the server gives them, for people. */
  readonly name: string;
  /** Which server and which account: the same again means the same files. */
  readonly identity: string;
  /**
   * Changes when the server was restored from a backup (`oc:data-fingerprint`); `''` where it cannot be told. As of
   * the last whole reading.
   */
  readonly epoch: string;
  /** `feed`: change feed by token; `etag-walk`: folder etags cover the subtree; `listing`: every folder each time. */
  readonly discovery: 'feed' | 'etag-walk' | 'listing';
  /** The connection is over TLS; false where the user has written `http://`. */
  readonly encrypted: boolean;
  /** Ids that survive a rename. */
  readonly stableIds: boolean;
  /** `ns`, `s`: the server keeps the mtime of an upload to that precision; `none`: it sets its own. */
  readonly mtime: 'ns' | 's' | 'none';
  /** The server verifies uploads against their checksum, or answers with its own. */
  readonly verifies: boolean;
  /** Chunked upload v2 above this many bytes; undefined for none. */
  readonly chunkAbove: number | undefined;
  /** Symbolic links can be kept as such. */
  readonly links: boolean;
  /** Names that the server refuses besides those that no server holds; undefined for none. */
  readonly names?: NameLimits;
}

/** Names that a server refuses. All in lower case; a name is compared whatever its case. */
export interface NameLimits {
  /** Each of these characters. */
  readonly characters: string;
  /** Whole names. */
  readonly names: readonly string[];
  /** Names without what comes after their first dot. */
  readonly basenames: readonly string[];
  /** Ends of names, with their dot. */
  readonly extensions: readonly string[];
  /** As on Windows: no dot or space at the end, no device names. */
  readonly windows: boolean;
}

/** One thing a look at the server has shown. */
export type RemoteChange =
  | { readonly type: 'entry'; readonly entry: RemoteEntry }
  /** The folder at `path` and everything below is as it was in `known`. */
  | { readonly type: 'unchanged'; readonly path: TreePath }
  /** Only in an incremental reading. `id` where known; everything below is gone with it. */
  | { readonly type: 'gone'; readonly path: TreePath; readonly id: string | undefined }
  /** Always last. A reading that ends without it is doubtful and must be thrown away (R4). */
  | {
      readonly type: 'end';
      /** For the next call; undefined where there is none. */
      readonly cursor: string | undefined;
      /**
       * True: what was neither named nor within an `unchanged` folder is not there.
       * False: what was not named is as before; a folder entry whose id is known under another path has moved
       * with everything below it.
       */
      readonly whole: boolean;
      /**
       * Of a whole reading: the epoch of the server (as in the profile) at its end, where the server has one. One
       * that is new tells of a restore from a backup since the last look.
       */
      readonly epoch?: string;
    };

/**
 * One folder on one server, as sync sees it. Paths are relative to that folder. Every change carries its
 * precondition; where the server cannot check one, the implementation looks right before it acts.
 *
 * All throw AppError: `server-unreachable`, `not-signed-in`, `forbidden`, `too-many-requests`, `unavailable`
 * (`details.retryAfterSeconds`), `server-answer-odd`; changes also `target-changed` (the precondition failed),
 * `not-found`, `parent-missing`, `already-exists`, `locked`, `quota-exceeded`, `name-impossible`.
 */
export interface Remote {
  readonly profile: RemoteProfile;
  /** Makes the folder itself where it is missing. For the first contact only. */
  ensureRoot(signal?: AbortSignal): Promise<void>;
  /**
   * Looks at everything (no cursor) or at what has changed since. A whole reading names the folder itself first
   * (path `''`), and every folder before what is in it.
   * `known` tells what an earlier look found, so that an etag walk can pass over folders with the same etag.
   * A cursor the server does not know any more (too old, restored from a backup) gives a whole reading.
   * @throws AppError `listing-doubtful` for an answer that is cut off, not a listing, or does not start with the folder.
   */
  changes(
    cursor: string | undefined,
    known: (path: TreePath) => RemoteEntry | undefined,
    signal?: AbortSignal,
  ): AsyncIterable<RemoteChange>;
  /** The entry at `path` now; undefined when there is none. */
  stat(path: TreePath, signal?: AbortSignal): Promise<RemoteEntry | undefined>;
  /** Opens a file; with `start` (and `end`, exclusive), that part of it, and only if its etag is still `ifMatch`. */
  read(
    path: TreePath,
    options?: { ifMatch?: string; start?: number; end?: number; signal?: AbortSignal },
  ): Promise<Download>;
  /**
   * Creates or replaces a file. Resolves only when what the server has fits what was sent (R6).
   * @throws AppError `upload-damaged`; `target-changed` when the local source changed on the way or the etag differs.
   */
  write(path: TreePath, source: UploadSource, options: UploadOptions): Promise<RemoteEntry>;
  mkdir(path: TreePath, signal?: AbortSignal): Promise<RemoteEntry>;
  /** One request, whatever is below. Never overwrites. */
  move(
    from: TreePath,
    to: TreePath,
    options?: { ifMatch?: string; signal?: AbortSignal },
  ): Promise<RemoteEntry>;
  /**
   * Makes a file at `to` with the content of the version `ifMatch` of the file at `from`, without sending a byte.
   * Never overwrites. The time and the bits of the new file are set by `touch`.
   * @throws AppError `target-changed` when `from` is another version by now; `already-exists`.
   */
  copy(
    from: TreePath,
    to: TreePath,
    options: { ifMatch: string; signal?: AbortSignal },
  ): Promise<RemoteEntry>;
  /**
   * Removes a file, or a folder with everything below; `ifMatch` is the etag it was last seen with; `''` where the
   * server gives none: then the caller has looked.
   */
  remove(path: TreePath, options: { ifMatch: string; signal?: AbortSignal }): Promise<void>;
  /** Sets the modification time and the executable bit without sending content, where the profile allows it. */
  touch(
    path: TreePath,
    attributes: { mtime: Mtime; executable: boolean },
    options: { ifMatch: string; signal?: AbortSignal },
  ): Promise<RemoteEntry>;
  /** Undefined where the server takes one file at a time only. */
  readonly batches: BatchTransfers | undefined;
  /** Undefined where files can be sent and fetched as a whole only. */
  readonly deltas: DeltaTransfers | undefined;
  /**
   * Listens for news. `onNews` is called when something may have changed on the server, once at the start too.
   * Resolves when the connection has ended, whoever ended it; the caller connects again.
   * @throws AppError `not-supported` where the server tells no news; `server-unreachable`, `not-signed-in`.
   */
  listen(onNews: () => void, signal: AbortSignal): Promise<void>;
}
