import type { TreePath } from '@holdfast/base';
import type { ErrorCode } from '@holdfast/protocol';

/** Where a change is made. */
export type Side = 'local' | 'remote';

/** What a run is doing at the moment. */
export type Phase = 'observe-local' | 'observe-remote' | 'plan' | 'execute' | 'done';

/** One thing that sync would do or has done, as data with a sentence for people. */
export interface PlannedStep {
  /** `set-aside` renames the local file to a conflict copy; `compare` and `hash` only read. */
  readonly kind:
    | 'hash'
    | 'compare'
    | 'mkdir'
    | 'move'
    | 'set-aside'
    | 'upload'
    | 'download'
    | 'touch'
    | 'delete';
  /** The side that changes; for `hash` and `compare` the side that is read. */
  readonly side: Side;
  readonly path: TreePath;
  /** The new path of `move` and `set-aside`. */
  readonly to?: TreePath;
  /** Bytes that go over the wire; 0 where none do. */
  readonly bytes: number;
  /** Files that an upload or download replaces, or that a delete removes (a folder counts what is in it). */
  readonly destroys: number;
  /** Such as `Upload "a/b.txt" (12 bytes).` */
  readonly sentence: string;
}

/** A file or folder that cannot be synced now. It never stops the others (R10). */
export interface SyncProblem {
  readonly path: TreePath;
  readonly side: Side;
  readonly code: ErrorCode;
  /** For people: what happened and what to do. */
  readonly message: string;
  /** Failed tries so far. */
  readonly attempts: number;
  /** Milliseconds since 1970 of the next try; undefined: when the file changes or a person acts. */
  readonly nextTry: number | undefined;
}

/** Both sides had changed the same thing. Nothing is lost; this says what was kept where. */
export interface SyncConflict {
  readonly kind: 'edit-edit' | 'edit-delete' | 'move-move' | 'name-taken' | 'move-cycle';
  readonly path: TreePath;
  /** Path of the conflict copy, where one is made. */
  readonly copy?: TreePath;
  readonly message: string;
}

/** Seen on the local disk and left alone on purpose: no file that sync can hold. */
export interface SkippedEntry {
  readonly path: TreePath;
  readonly reason: 'symlink' | 'special' | 'ignored';
  /** The rule that leaves it out, such as `.holdfastignore line 3: *.tmp`. */
  readonly rule?: string;
}

/** Totals of the transfers of a run; grows while it runs. */
export interface TransferTotals {
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
}
