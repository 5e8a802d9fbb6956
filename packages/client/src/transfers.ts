import type { AppError, TreePath } from '@holdfast/base';
import type { Download, RemoteEntry, UploadOptions } from './remote-entry.ts';

/** One small file of a batch that goes up. */
export interface BatchUpload {
  readonly path: TreePath;
  readonly bytes: Uint8Array;
  /** As for `Remote.write`; `sha256` is known for every file of a batch. */
  readonly options: UploadOptions & { readonly sha256: string };
}

/** One small file of a batch that came down; the caller compares it with `checksums`, as for `Remote.read` (R6). */
export interface BatchDownload extends Omit<Download, 'body'> {
  readonly bytes: Uint8Array;
}

/** Many small files in one request, each of which succeeds or fails for itself. */
export interface BatchTransfers {
  readonly maxFiles: number;
  /** Bytes of one file, and of all files of a batch together. */
  readonly maxFileBytes: number;
  readonly maxBytes: number;
  /**
   * Creates or replaces files. The results are in the order of `files`; an error is one of those of
   * `Remote.write`. A file of which nothing was said is `server-unreachable`.
   * @throws AppError when the request as a whole has failed; nothing is known of any file then.
   */
  write(files: readonly BatchUpload[], signal?: AbortSignal): Promise<readonly (RemoteEntry | AppError)[]>;
  /** Reads files, told one after the other as they come, in any order; each once. @throws AppError as `write`. */
  read(
    files: readonly { readonly path: TreePath; readonly ifMatch: string }[],
    signal?: AbortSignal,
  ): AsyncIterable<{ readonly index: number; readonly result: BatchDownload | AppError }>;
}

/** A piece of a file, cut by its content (`ChunkCutter` of the protocol), so that an insertion moves no other cut. */
export interface ContentChunk {
  readonly start: number;
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** What a new version is made of: bytes of the version on the server, or new ones. */
export type DeltaPiece =
  | { readonly kind: 'copy'; readonly start: number; readonly size: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** Transfers of what has changed in a large file. */
export interface DeltaTransfers {
  /** Smaller versions are better sent whole. */
  readonly minBytes: number;
  /** Larger ones can only be sent whole. */
  readonly maxBytes: number;
  /** The chunks of the version `ifMatch`, in order, without gaps. @throws AppError `target-changed`, `not-found`. */
  chunks(path: TreePath, ifMatch: string, signal?: AbortSignal): Promise<readonly ContentChunk[]>;
  /**
   * Replaces the version `ifMatch` by one made of `pieces`, `size` bytes in all. `sha256` is asked for when all
   * pieces are given out; the server compares it with what it has made (R6).
   * @throws AppError as `Remote.write`.
   */
  write(
    path: TreePath,
    pieces: AsyncIterable<DeltaPiece>,
    options: UploadOptions & {
      readonly ifMatch: string;
      readonly size: number;
      readonly digest: () => string;
    },
  ): Promise<RemoteEntry>;
}
