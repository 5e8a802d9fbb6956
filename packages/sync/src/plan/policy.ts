import type { Item } from '../trees/item.ts';
import type { NameRules } from './name-rules.ts';

/** All that planning needs to know beside the trees. */
export interface PlanPolicy {
  readonly localNames: NameRules;
  readonly remoteNames: NameRules;
  /** Whether the server keeps the times it is given. */
  readonly remoteKeepsMtime: boolean;
  /** Whether the server keeps the executable bit. */
  readonly remoteKeepsExecutable: boolean;
  /** Whether the etag of a folder changes with everything below, so that it guards the removal of a whole folder. */
  readonly folderEtags: boolean;
  /** Local time of the run for the names of conflict copies: `2026-11-23 175500`. */
  readonly conflictStamp: string;
  /** Beginning of the names that this journal's engine gives to what is on its way through a ring of renames. */
  readonly movingPrefix: string;
  /** Items that are left alone in this run, because they failed. */
  readonly held: ReadonlySet<Item>;
  /** Items that are on the server and on purpose not here; none unless given. */
  readonly isAside?: (item: Item) => boolean;
}
