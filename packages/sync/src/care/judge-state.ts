import { remoteChange } from '../trees/content-change.ts';
import type { FileFacts } from './file-facts.ts';
import { isAsAgreed } from './known-state.ts';
import type { FileTruth } from './pair-care.ts';

/** What one side is, compared with what was agreed on. */
export type SideState = 'none' | 'new' | 'gone' | 'same' | 'changed';

/** What a file is at. What keeps it from being equal comes before what it is equal in. */
export function judgeState(facts: FileFacts): FileTruth['state'] {
  const { rule, skipped, problem, conflict, there } = facts;
  if (problem !== undefined) return 'problem';
  if (rule !== undefined) return 'ignored';
  if (skipped !== undefined) return skipped.reason === 'ignored' ? 'ignored' : 'skipped';
  if (conflict !== undefined) return 'conflict';
  if (there) return 'there';
  const here = localSide(facts);
  const remote = remoteSide(facts);
  if (here === 'none' && remote === 'none') return 'unknown';
  if (facts.path === '') return 'equal';
  return here === 'same' && remote === 'same' ? 'equal' : 'waiting';
}

/** What is here. */
export function localSide({ item, entry }: FileFacts): SideState {
  if (item?.base === undefined) return entry === undefined ? 'none' : 'new';
  if (entry === undefined) return 'gone';
  return isAsAgreed(entry, item) ? 'same' : 'changed';
}

/** What the server was last seen with. */
export function remoteSide({ item }: FileFacts): SideState {
  if (item === undefined) return 'none';
  const { base, remote } = item;
  if (base === undefined) return remote === undefined ? 'none' : 'new';
  if (remote === undefined) return 'gone';
  if (remote === base.remote) return 'same';
  const moved = remote.parent !== base.remote.parent || remote.name !== base.remote.name;
  return !moved && (item.folder || remoteChange(remote, base) === 'same') ? 'same' : 'changed';
}
