import { isAppError } from '@holdfast/base';
import type { Folder } from '@holdfast/localfs';
import type { StoredIntent } from '../journal/intent.ts';
import { ChildIndex } from '../trees/child-index.ts';
import { localChange, remoteChange } from '../trees/content-change.ts';
import { type Base, type Item, localEntryOf, pathOf } from '../trees/item.ts';
import { removeItem, type Trees } from '../trees/trees.ts';

/**
 * Looks which changes that were meant to be made here are there, and makes them the merge base, as their outcome
 * would have: what has changed on the server since is then no conflict with what came from there. Called when both
 * sides were read and what is new at the same place has become one item.
 *
 * A file counts as fetched only when its bytes have the SHA-256 of what was fetched.
 * @throws AppError those of `hash`.
 */
export async function settleLocalIntents(
  trees: Trees,
  intents: readonly StoredIntent[],
  folder: Folder,
  signal: AbortSignal,
): Promise<void> {
  const index = ChildIndex.of(trees, 'local');
  for (const intent of intents) {
    if (intent.kind === 'download') {
      const item = index.at(intent.path);
      if (item === undefined || trees.frozen.has(item)) continue;
      if (!(await isFetched(item, intent, folder, signal))) continue;
      const fetched = movedAway(trees, item, intent) ?? item;
      fetched.base = fetchedState(fetched, intent) ?? fetched.base;
    } else if (intent.kind === 'move' && intent.side === 'local') {
      const item = intent.key === undefined ? undefined : trees.items.get(intent.key);
      if (item === undefined || trees.frozen.has(item)) continue;
      item.base = movedState(item, intent) ?? item.base;
    }
  }
}

/** Whether the file is what was fetched. Where the server has another one by now, its time has to fit as well. */
async function isFetched(
  item: Item,
  { sha, remote: facts }: StoredIntent,
  folder: Folder,
  signal: AbortSignal,
): Promise<boolean> {
  const { local, remote, base } = item;
  if (item.folder || local === undefined || facts === undefined || local.size !== facts.size) return false;
  if (base !== undefined && localChange(local, base) === 'same') return false;
  const timeFits = facts.ns >= 0 && local.s === facts.s && (local.ns === facts.ns || facts.ns === 0);
  if ((remote === undefined || remote.id !== facts.id) && !timeFits) return false;
  try {
    local.sha ??= await folder.hash(localEntryOf(item, local), signal);
  } catch (error) {
    if (isAppError(error, 'target-changed', 'local-unreadable', 'local-denied')) return false;
    throw error;
  }
  return local.sha === sha;
}

/**
 * The item of a new file that was fetched to this place and has another one on the server by now. What has its
 * former place there has nothing to do with it.
 */
function movedAway(trees: Trees, item: Item, { remote: facts }: StoredIntent): Item | undefined {
  if (facts?.id === undefined || item.base !== undefined || item.remote?.id === facts.id) return undefined;
  for (const other of trees.items.values()) {
    if (other.remote?.id !== facts.id || other.folder) continue;
    if (other.local !== undefined || other.base !== undefined) return undefined;
    other.local = item.local;
    item.local = undefined;
    if (item.remote === undefined) removeItem(trees, item);
    return other;
  }
  return undefined;
}

function fetchedState(item: Item, { sha, remote: facts }: StoredIntent): Base | undefined {
  const { local, remote, base } = item;
  if (local === undefined || facts === undefined) return undefined;
  const place = base?.remote ?? { parent: local.parent, name: facts.name ?? local.name };
  const unchanged =
    remote?.id === facts.id && facts.etag !== '' && remote?.etag === facts.etag && remote.size === facts.size;
  if (unchanged) remote.sha ??= sha;
  const there = unchanged && remote.parent === place.parent && remote.name === place.name;
  const { parent, name } = place;
  const fetched = there ? remote : { ...facts, parent, name, sha1: unchanged ? remote.sha1 : undefined, sha };
  // Where it is was not changed by fetching it.
  const here = base === undefined || (local.parent === base.local.parent && local.name === base.local.name);
  return {
    local: here ? local : { ...local, parent: base.local.parent, name: base.local.name },
    remote: fetched,
    sha,
  };
}

function movedState(item: Item, { path, other, local: facts }: StoredIntent): Base | undefined {
  const { local, base } = item;
  if (local === undefined || base === undefined || local.id !== facts?.id) return undefined;
  const { parent, name } = local;
  if (parent === base.local.parent && name === base.local.name) return undefined;
  if (pathOf(item, 'local') !== path) return undefined;
  const same = item.folder || localChange(local, base) === 'same';
  const { remote } = item;
  const there = remote?.parent === parent && remote.name === other;
  return {
    local: same ? local : { ...base.local, parent, name },
    remote:
      remote !== undefined && there && (item.folder || remoteChange(remote, base) === 'same')
        ? remote
        : { ...base.remote, parent, name: other },
    sha: base.sha,
    ...(base.unproven === undefined ? {} : { unproven: base.unproven }),
  };
}
