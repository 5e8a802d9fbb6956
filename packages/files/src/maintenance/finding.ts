import type { TreePath } from '@holdfast/base';

/** What can be wrong with a store. */
export type FindingKind =
  | 'database'
  | 'root'
  | 'orphan'
  | 'name-key'
  | 'tree-shape'
  | 'folder-size'
  | 'sequence'
  | 'file-content'
  | 'content-damaged'
  | 'manifest'
  | 'unused-content'
  | 'upload-chunk';

/** One thing that is wrong. */
export interface Finding {
  readonly kind: FindingKind;
  /** Whose tree it is in, where it is in one. */
  readonly userId?: string;
  /** Where in that tree. */
  readonly path?: TreePath;
  /** What is wrong, for a person. */
  readonly text: string;
  /** Whether it is mended, or, for bytes that are lost, marked so that nobody gets wrong ones. */
  readonly repaired: boolean;
}

/** What a check has found. */
export interface CheckReport {
  /** No finding, or each of them mended. */
  readonly whole: boolean;
  readonly findings: readonly Finding[];
  readonly nodes: number;
  readonly contents: number;
  readonly blobs: number;
  readonly bytes: number;
}

/** How far a check is. */
export interface CheckProgress {
  readonly nodes: number;
  readonly contents: number;
  readonly bytes: number;
}
