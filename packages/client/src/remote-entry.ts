import type { TreePath } from '@holdfast/base';
import type { Checksum, Mtime } from '@holdfast/protocol';

/** A file or folder on the server as it was last seen. */
export interface RemoteEntry {
  readonly path: TreePath;
  /** Stable id where the server has one, otherwise undefined. */
  readonly id: string | undefined;
  readonly kind: 'file' | 'folder';
  /**
   * Without quotes; `''` where the server gives none. A folder's etag covers all below on `feed` and `etag-walk`
   * servers; an incremental reading does not name every folder whose etag changed because of what is in it, so
   * take it from `stat` before using it as `ifMatch`.
   */
  readonly etag: string;
  /** Bytes; 0 for folders. */
  readonly size: number;
  readonly mtime: Mtime | undefined;
  readonly checksums: readonly Checksum[];
  readonly executable: boolean;
  /** A symbolic link of a client that syncs them as such; the content of the file is its target. */
  readonly link?: boolean;
  /** Letters of `oc:permissions`; undefined: everything allowed. */
  readonly permissions: string | undefined;
  /**
   * Of an upload that has just been made: `hash` when every byte is known to be there, by the server's own hash or by
   * reading it back; `size` when the size and samples were compared. Undefined: as the profile's `verifies` says.
   */
  readonly proof?: 'hash' | 'size';
}

/** The bytes of an upload; opened again for every attempt. */
export interface UploadSource {
  readonly size: number;
  /** All bytes, or `start`…`end` (inclusive). */
  open(range?: { start: number; end: number }): AsyncIterable<Uint8Array>;
  /**
   * SHA-256 of what the last complete `open()` gave, where the source hashes while it is read; so that a file is
   * read once, and the result is still compared with what the server stored.
   */
  sha256?(): string | undefined;
}

/** What an upload must fit. Exactly one of `ifMatch` and `ifAbsent`. */
export interface UploadOptions {
  readonly ifMatch?: string;
  readonly ifAbsent?: true;
  readonly mtime: Mtime;
  readonly executable?: boolean;
  /** The bytes are the target of a symbolic link. Only where the profile has `links`. */
  readonly link?: boolean;
  /** SHA-256 of all bytes, lower-case hexadecimal. The result is compared with it where the server can tell. */
  readonly sha256?: string;
  readonly signal?: AbortSignal;
  /** Called with the number of bytes sent since the last call. */
  readonly onProgress?: (bytes: number) => void;
}

/** A download in progress. */
export interface Download {
  readonly etag: string;
  readonly size: number | undefined;
  /** As the server tells it with the answer, where it does. */
  readonly mtime?: Mtime | undefined;
  readonly checksums: readonly Checksum[];
  readonly body: AsyncIterable<Uint8Array>;
}
