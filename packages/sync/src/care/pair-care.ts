import type { TreePath } from '@holdfast/base';
import type { ErrorCode } from '@holdfast/protocol';
import type { Side, SyncConflict, SyncProblem } from '../engine/events.ts';

/** What is known of a file or folder on one side, or was agreed on. */
export interface KnownState {
  readonly path: TreePath;
  readonly kind: 'file' | 'folder';
  readonly size: number;
  /** Milliseconds since 1970, with a fraction; undefined where the side keeps no times. */
  readonly mtime: number | undefined;
  /** Only of the server. */
  readonly etag?: string;
  readonly sha256: string | undefined;
}

/** One decision about a file, and what became of it. */
export interface Decision {
  readonly run: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** As `PlannedStep.kind`. */
  readonly kind: string;
  readonly side: Side;
  readonly path: TreePath;
  readonly to?: TreePath;
  readonly outcome: 'done' | 'dropped' | 'failed';
  readonly code?: ErrorCode;
  /** What the server (or the disk) has said, word for word: `PUT …: 507 Insufficient Storage`. */
  readonly answer?: string;
}

/** The truth about one file. */
export interface FileTruth {
  readonly path: TreePath;
  /**
   * `equal`: both sides hold what was agreed on, proven by hash unless `proof` says otherwise. `there`: by choice
   * on the server only. `waiting`: something is to be done. `problem`, `conflict`, `ignored`, `skipped`: see the
   * rest. `unknown`: on neither side.
   */
  readonly state: 'equal' | 'there' | 'waiting' | 'problem' | 'conflict' | 'ignored' | 'skipped' | 'unknown';
  /** One sentence for people: what is, and what to do where there is something to do. */
  readonly sentence: string;
  readonly local: KnownState | undefined;
  readonly remote: KnownState | undefined;
  readonly agreed: KnownState | undefined;
  /** How equality is known: by hash on both sides, or by size and time alone. */
  readonly proof: 'hash' | 'size' | undefined;
  readonly last: Decision | undefined;
  readonly problem: SyncProblem | undefined;
  /** The rule that leaves it alone, where one does: such as `.holdfastignore line 3: *.tmp`. */
  readonly rule: string | undefined;
}

/** A version of a file that the local history keeps. */
export interface KeptVersion {
  readonly run: number | undefined;
  readonly at: number;
  readonly path: TreePath;
  readonly size: number;
  /** Absolute path of the kept file on the disk. */
  readonly kept: string;
}

/** A conflict that a person may still decide. */
export interface OpenConflict extends SyncConflict {
  readonly id: number;
  readonly run: number;
  readonly at: number;
}

/** What an undo has done, or would do. */
export interface UndoReport {
  readonly run: number;
  /** What was (or would be) brought back here; the next run carries it to the server. */
  readonly done: readonly { readonly path: TreePath; readonly sentence: string }[];
  /** What cannot be brought back from this computer, and why. */
  readonly left: readonly { readonly path: TreePath; readonly reason: string }[];
}

/** A run as the journal keeps it. */
export interface PastRun {
  readonly run: number;
  /** `sync`, or what a person has asked for: those have changed something here that the next sync carries over. */
  readonly kind: 'sync' | 'undo' | 'restore' | 'decide';
  readonly started: number;
  readonly finished: number | undefined;
  readonly state: string | undefined;
  /** `RunReport.counts` and bytes. */
  readonly summary: Readonly<Record<string, unknown>>;
  readonly undone: boolean;
}

/** What one pair is at, for a person. */
export interface PairTruth {
  /**
   * Green only by R11: all trees equal, nothing pending, failed or put aside. `false` while a run is under way, or
   * when something was seen to change since.
   */
  readonly green: boolean;
  readonly lastRun: PastRun | undefined;
  /** When both sides were last seen to be equal. */
  readonly greenAt: number | undefined;
  readonly files: number;
  /** Files whose bytes are proven equal by hash on both sides. */
  readonly proven: number;
  /** Files that by choice are on the server only. */
  readonly there: number;
  readonly problems: readonly SyncProblem[];
  readonly conflicts: number;
}

/** A file, or a folder that is hidden as a whole, that is by choice on the server only. */
export interface OnlyThere {
  readonly path: TreePath;
  readonly kind: 'file' | 'folder';
  /** How many files that is; 1 for a file. */
  readonly files: number;
  /** Bytes of all of them. */
  readonly size: number;
}

/**
 * What people ask about one pair, and decide. Needs the journal and the folder, and no server: what it changes
 * locally is carried over by the next run. Paths are local paths.
 */
export interface PairCare {
  truth(): PairTruth;
  why(path: TreePath): Promise<FileTruth>;
  /** What was done about a file, latest first, and the versions that are kept of it. */
  history(path: TreePath): Promise<{ decisions: readonly Decision[]; versions: readonly KeptVersion[] }>;
  runs(limit?: number): readonly PastRun[];
  /**
   * Takes back what a run has replaced, moved or removed here, and puts back what it has removed on the server
   * where this computer still has it. What was changed since is left alone. `planOnly`: only tells.
   * @throws AppError `not-found` for a run that is not known.
   */
  undo(run: number, options?: { readonly planOnly?: boolean }): Promise<UndoReport>;
  /** Puts a kept version back in its place; the present one goes to the history. @throws AppError `not-found`. */
  restore(version: KeptVersion): Promise<void>;
  conflicts(): readonly OpenConflict[];
  /**
   * Decides conflicts: `mine` puts the local version (the conflict copy) in the place of the other, `theirs` lets go
   * of it, `both` leaves both. What is replaced or let go of is in the history. Returns those that are left.
   */
  decide(ids: readonly number[], keep: 'mine' | 'theirs' | 'both'): Promise<readonly OpenConflict[]>;
  /**
   * Frees the space of a file or of all files in a folder: what is proven to be on the server by hash, and not
   * changed here, is removed here and stays listed. `hide`: a folder that is not wanted here at all, what comes new
   * in it included. Returns what was freed, and what could not be, with the reason.
   */
  keepThere(
    path: TreePath,
    options?: { readonly hide?: boolean },
  ): Promise<{ files: number; bytes: number; left: readonly { path: TreePath; reason: string }[] }>;
  /** Wants a file or folder here again; the next run fetches it. */
  keepHere(path: TreePath): Promise<void>;
  /** What is on the server only, by choice: files, and hidden folders with the files in them. */
  there(): readonly OnlyThere[];
}
