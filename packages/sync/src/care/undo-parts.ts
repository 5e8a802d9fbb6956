import type { TreePath } from '@holdfast/base';
import type { KeptFile } from '@holdfast/localfs';
import type { ByteFinder } from './byte-finder.ts';
import type { CareParts } from './care-parts.ts';
import type { Hands } from './hands.ts';

/** What has become of one step: a sentence when it was taken back, a reason when not; undefined: nothing to do. */
export type Undone =
  | { readonly path: TreePath; readonly sentence: string }
  | { readonly path: TreePath; readonly reason: string }
  | undefined;

/** What taking back a step works with. */
export interface UndoParts extends CareParts {
  readonly hands: Hands;
  readonly bytes: ByteFinder;
  /** All kept versions, by id. */
  readonly versions: ReadonlyMap<string, KeptFile>;
  /** The run was one of a person's own, of which nothing has come from the server. */
  readonly own: boolean;
  /** SHA-256 of the files that came new in this run, by path: the server has them too. */
  readonly newcomers: Map<TreePath, string>;
  /** Where things were that are at a moving name now, on the way through a ring of renames. */
  readonly parked: Map<TreePath, TreePath>;
}
