import type { TreePath } from '@holdfast/base';

/** A file or folder on the local disk as it was seen by one look. */
export interface LocalEntry {
  readonly path: TreePath;
  readonly kind: 'file' | 'folder';
  /** Identity that survives a rename: the inode number, in decimal. */
  readonly id: string;
  /** Bytes; 0 for folders. */
  readonly size: number;
  /** Whole seconds since 1970 and nanoseconds 0…999,999,999. */
  readonly mtime: { readonly s: number; readonly ns: number };
  /** Change time of the inode, nanoseconds since 1970 in decimal. Changes with everything, also with a rename. */
  readonly ctime: string;
  readonly executable: boolean;
  /** A symbolic link, where the folder is opened to sync them: a file whose content is the target of the link. */
  readonly link?: boolean;
}

/** Something that was seen and is not synced, with the reason; or a folder that could not be read. */
export interface LocalProblem {
  readonly path: TreePath;
  /**
   * `unreadable`: nothing is known about it and all below (R4). The others are known and left alone:
   * `symlink`, `special` (socket, device, pipe), `bad-encoding` (the name is not UTF-8), `ignored`.
   */
  readonly reason: 'unreadable' | 'symlink' | 'special' | 'bad-encoding' | 'ignored';
  /** The system's error code, such as `EACCES`. */
  readonly code?: string;
}

/** All that one look at the folder has shown. Complete but for what `problems` names. */
export interface LocalScan {
  /** Folders before what is in them. May be gone through more than once; an entry is made anew each time. */
  readonly entries: Iterable<LocalEntry>;
  readonly problems: readonly LocalProblem[];
}

/** Leaves out what is not to be synced while a folder is looked at: the look does not go into a folder left out. */
export interface ScanFilter {
  /** Files of this name say what to leave out beside and below them. */
  readonly ruleName: string;
  /** Called with such a file before anything else in its folder is told; never for one in a folder left out. */
  readonly rules: (entry: LocalEntry) => void | Promise<void>;
  /** Why an entry is left out, with all below; undefined for what is told. It becomes a problem of the look. */
  readonly leavesOut: (entry: LocalEntry) => 'ignored' | 'symlink' | 'unreadable' | undefined;
}

/** A folder that is watched. */
export interface Watching {
  /** Resolves when it is not watched any more: changes are not told from then on. */
  readonly ended: Promise<void>;
}

/** What must still be there right before a change: an entry as it was seen, or nothing. */
export type Expected = LocalEntry | 'absent';

/** Bytes written beside the tree, durable, not yet visible in it. */
export interface StagedFile {
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Of the same bytes, where asked for. */
  readonly checksums: ReadonlyMap<'SHA1' | 'MD5', string>;
  /** Opaque to the caller. */
  readonly handle: string;
}

/** A version of a file that was replaced or removed, as the history holds it. */
export interface KeptFile {
  /** Names it for as long as it is kept; opaque to the caller. */
  readonly id: string;
  /** Where it was. */
  readonly path: TreePath;
  /** The run that has replaced or removed it, where that is known. */
  readonly run: number | undefined;
  /** When it was kept, milliseconds since 1970. */
  readonly at: number;
  /** Bytes. */
  readonly size: number;
  /** As of the version itself. */
  readonly mtime: { readonly s: number; readonly ns: number };
  readonly executable: boolean;
  /** A symbolic link; its bytes are its target. */
  readonly link: boolean;
  /** Absolute path on the disk, for people. */
  readonly shown: string;
}

/** Told which version was kept, right before the change that it was kept for. */
export type OnKept = (id: string) => void;

/**
 * One local folder, as sync sees it. Every change compares the target once more right before it acts and
 * throws `target-changed` when it is not as expected (R5). What is overwritten or removed goes to the history
 * folder first (R1).
 *
 * All throw AppError: `folder-missing` (the root is gone or another one took its place), `local-unreadable`,
 * `local-denied`, `local-disk-full`, `target-changed`, `name-impossible`.
 */
export interface Folder {
  /** Identity of the root folder itself, to notice that another one took its place. */
  identity(): Promise<string>;
  /**
   * Looks at everything but what `filter` leaves out.
   * @throws AppError `folder-missing`, `local-unreadable` when the root cannot be read; what `filter` throws.
   */
  scan(signal?: AbortSignal, filter?: ScanFilter): Promise<LocalScan>;
  /**
   * Looks at some paths with everything below them, and at the folders on the way to each, those by themselves.
   * What is at or below one of `paths` and not told is not there. `''` is everything, as with `scan`.
   * @throws AppError as `scan`.
   */
  look(paths: readonly TreePath[], signal?: AbortSignal, filter?: ScanFilter): Promise<LocalScan>;
  /** One entry now; undefined when there is none. */
  stat(path: TreePath): Promise<LocalEntry | undefined>;
  /** SHA-256 of a file. @throws AppError `target-changed` when it is not, or does not stay, as expected. */
  hash(expected: LocalEntry, signal?: AbortSignal): Promise<string>;
  /** The bytes of a file. The iteration throws `target-changed` when it is not, or does not stay, as expected. */
  read(expected: LocalEntry, range?: { start: number; end: number }): AsyncIterable<Uint8Array>;
  /**
   * Writes bytes beside the tree; resolves when they are durable. `extra` names more hashes to compute. Chunks are
   * kept until they are written: the source must not use their memory again. What is staged, or placed, at the same
   * time shares the waits on the disk.
   */
  stage(
    bytes: AsyncIterable<Uint8Array> | Uint8Array,
    options?: { extra?: readonly ('SHA1' | 'MD5')[]; signal?: AbortSignal },
  ): Promise<StagedFile>;
  /**
   * As `stage`, for what takes long: `open(from)` gives the bytes from `from` on. What has come when it breaks off is
   * kept beside the tree under `key`, also over a restart, and the next call with the same key goes on behind it.
   * `key` stands for one content. Only a few are kept, and only for days. What is staged has to be compared with a
   * hash that is known: a power failure may have damaged what was kept. `discard` throws it away.
   */
  stageFrom(
    key: string,
    open: (from: number) => AsyncIterable<Uint8Array>,
    options?: { extra?: readonly ('SHA1' | 'MD5')[]; signal?: AbortSignal },
  ): Promise<StagedFile>;
  /** Throws away staged bytes. */
  discard(staged: StagedFile): Promise<void>;
  /**
   * Puts staged bytes at `path` in one rename; nobody ever sees half a file. `onKept` is told of the version that is
   * replaced; when it throws, nothing is.
   */
  place(
    staged: StagedFile,
    path: TreePath,
    expected: Expected,
    attributes: { mtime: { s: number; ns: number } | undefined; executable: boolean; link?: boolean },
    onKept?: OnKept,
  ): Promise<LocalEntry>;
  /** Sets modification time and executable bit. */
  touch(
    expected: LocalEntry,
    attributes: { mtime: { s: number; ns: number } | undefined; executable: boolean },
  ): Promise<LocalEntry>;
  /** Makes a folder; one that is there already is fine. */
  mkdir(path: TreePath): Promise<LocalEntry>;
  /** Renames. Never overwrites: @throws AppError `target-changed` when something is at `to`. */
  move(expected: LocalEntry, to: TreePath): Promise<LocalEntry>;
  /**
   * Moves a file to the history folder, or removes an empty folder. `onKept` is told of the file's version; when it
   * throws, the file stays. @throws AppError `target-changed` for a folder that is not empty.
   */
  remove(expected: LocalEntry, onKept?: OnKept): Promise<void>;
  /**
   * Removes a file whose bytes the caller knows to be somewhere else: nothing goes to the history.
   * @throws AppError `target-changed`; the file is where it was then.
   */
  free(expected: LocalEntry): Promise<void>;
  /** What goes to the history from now on was replaced or removed by this run. */
  beginRun(run: number): void;
  /** The kept versions of the file that was at `path`, or of all that were in the folder `path`; latest first. */
  kept(path: TreePath): Promise<KeptFile[]>;
  /** The bytes of a kept version. The iteration throws AppError `not-found` when it is kept no more. */
  readKept(id: string): AsyncIterable<Uint8Array>;
  /**
   * Calls `onChange` with paths that may have changed, or with `undefined` when anything may have (overflow).
   * Resolves once it is watching: every change from then on is told, as its path or that of a folder above, though
   * also what has not changed may be. Of a renamed folder the old and the new path are told, of what is in it nothing.
   * Stops when the signal aborts, or by itself when it cannot tell everything any more.
   * @throws AppError `local-unreadable` when watching cannot start, such as when the system allows no more watches.
   */
  watch(onChange: (paths: readonly TreePath[] | undefined) => void, signal: AbortSignal): Promise<Watching>;
  /** Removes what interrupted runs have left beside the tree, and history older than `historyMs` milliseconds. */
  tidy(historyMs: number): Promise<void>;
}
