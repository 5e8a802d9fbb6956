import { childOf, type TreePath } from '@holdfast/base';
import type { StagedFile } from '@holdfast/localfs';
import type { Intent } from '../journal/intent.ts';
import type { Op } from '../plan/op.ts';
import { localEntryOf, localState, pathOf, type RemoteState } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import { agreeOnOtherBit, mergedBit } from './merge-bit.ts';
import { recordFetched } from './record.ts';

/** An operation that fetches a file. */
export type DownloadOp = Extract<Op, { kind: 'download' }>;

/** A verified file on its way to its place. */
export interface Fetched {
  /** To be written down before `put`; none where the bytes are there already. */
  readonly intent: Intent | undefined;
  /** Puts it there, or gives what is there its time; and records it. What is replaced must be as seen (R5). */
  put(): Promise<void>;
}

/** What has to be done with staged bytes of `remote` that were verified. */
export function fetchedOf(
  context: ExecuteContext,
  op: DownloadOp,
  staged: StagedFile,
  remote: RemoteState,
): Fetched {
  const { folder, policy } = context;
  const { item, place } = op;
  const { local, base } = item;
  const sha = staged.sha256;
  const now = { ...remote, sha };
  const attributes = {
    mtime: remote.ns < 0 ? undefined : { s: remote.s, ns: remote.ns },
    executable: policy.remoteKeepsExecutable
      ? (mergedBit(item) ?? remote.executable)
      : (local?.executable ?? false),
    ...(remote.link ? { link: true } : {}),
  };
  const intentAt = (path: TreePath): Intent => ({ kind: 'download', item, path, sha, remote });
  if (local === undefined) {
    const path = childOf(pathOf(place.parent, 'local'), place.lname);
    const put = async () => {
      const placed = await folder.place(staged, path, 'absent', attributes);
      recordFetched(op, localState(placed, place.parent, place.lname), now, sha);
    };
    return { intent: intentAt(path), put };
  }
  const entry = localEntryOf(item, local);
  const sameBytes = local.sha === sha || (local.sha === undefined && base?.sha === sha);
  const same = sameBytes && local.link === remote.link;
  const put = async () => {
    if (same) await folder.discard(staged);
    const placed = same
      ? await folder.touch(entry, attributes)
      : await folder.place(staged, entry.path, entry, attributes, (id) => context.onKept(item, id));
    recordFetched(op, localState(placed, local.parent, local.name), now, sha);
    if (policy.remoteKeepsExecutable) agreeOnOtherBit(item, 'local');
  };
  return { intent: same ? undefined : intentAt(entry.path), put };
}
