import type { ErrorCode } from '@holdfast/protocol';
import type { Side, SyncConflict } from '../engine/events.ts';
import type { Item } from '../trees/item.ts';

/** Where an item belongs on both sides. */
export interface Place {
  readonly parent: Item;
  readonly lname: string;
  readonly rname: string;
}

/**
 * One step towards equal trees. Its precondition is the item's recorded state on both sides, which is compared
 * again right before it acts. `needs`: what must have been done before; without it the operation is dropped.
 * Otherwise the operations of one plan may be carried out in any order.
 */
export type Op =
  /** Both sides hold the same: becomes the merge base. No I/O. `sha` is `''` for folders. */
  | {
      readonly kind: 'adopt';
      readonly item: Item;
      readonly place: Place;
      readonly sha: string;
      readonly needs: [];
    }
  /** Gone from both sides. No I/O. */
  | { readonly kind: 'forget'; readonly item: Item; readonly needs: [] }
  /** Finds out the SHA-256 of the local file. */
  | { readonly kind: 'hash'; readonly item: Item; readonly needs: [] }
  /** Finds out the SHA-256 of the remote file by reading it. */
  | { readonly kind: 'compare'; readonly item: Item; readonly needs: [] }
  | MkdirOp
  /** `place` is undefined for a step aside to a moving name. */
  | {
      readonly kind: 'move';
      readonly side: Side;
      readonly item: Item;
      readonly to: { readonly parent: Item; readonly name: string };
      readonly place: Place | undefined;
      readonly needs: readonly Op[];
    }
  /** Renames the local file to a conflict copy, which is a new file from then on. */
  | { readonly kind: 'set-aside'; readonly item: Item; readonly name: string; readonly needs: [] }
  | { readonly kind: 'upload'; readonly item: Item; readonly place: Place; readonly needs: readonly Op[] }
  | { readonly kind: 'download'; readonly item: Item; readonly place: Place; readonly needs: readonly Op[] }
  /** Gives `side` the time and executable bit of the other one. */
  | {
      readonly kind: 'touch';
      readonly side: Side;
      readonly item: Item;
      readonly place: Place;
      readonly needs: [];
    }
  /** `below`: all that goes with a folder in one call, with itself; just the item otherwise. */
  | {
      readonly kind: 'delete';
      readonly side: Side;
      readonly item: Item;
      readonly below: readonly Item[];
      readonly needs: readonly Op[];
    };

export interface MkdirOp {
  readonly kind: 'mkdir';
  readonly side: Side;
  readonly item: Item;
  readonly place: Place;
  readonly needs: readonly Op[];
}

/** Something that planning has found out cannot be synced. */
export interface PlanProblem {
  readonly item: Item;
  readonly side: Side;
  readonly code: ErrorCode;
  readonly message: string;
}

/** What `plan` has found. In a fixed order for the same trees and policy. */
export interface Plan {
  readonly ops: readonly Op[];
  readonly conflicts: readonly SyncConflict[];
  readonly problems: readonly PlanProblem[];
  /** New files that were left for a later plan, because there are very many. */
  readonly later: { readonly files: number; readonly bytes: number };
}
