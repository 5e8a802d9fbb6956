import { isAppError } from '@holdfast/base';
import type { Folder } from '@holdfast/localfs';
import type { StoredIntent } from '../journal/intent.ts';
import { ChildIndex } from '../trees/child-index.ts';
import { localChange, remoteChange } from '../trees/content-change.ts';
import { type Base, type Item, localEntryOf, pathOf } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';

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
      item.base = (await fetchedState(item, intent, folder, signal)) ?? item.base;
    } else if (intent.kind === 'move' && intent.side === 'local') {
      const item = intent.key === undefined ? undefined : trees.items.get(intent.key);
      if (item === undefined || trees.frozen.has(item)) continue;
      item.base = movedState(item, intent) ?? item.base;
    }
  }
}

async function fetchedState(
  item: Item,
  { sha, remote: facts }: StoredIntent,
  folder: Folder,
  signal: AbortSignal,
): Promise<Base | undefined> {
  const { local, remote, base } = item;
  if (item.folder || local === undefined || remote === undefined || facts === undefined) return undefined;
  if (remote.id !== facts.id || local.size !== facts.size) return undefined;
  if (base !== undefined && localChange(local, base) === 'same') return undefined;
  try {
    local.sha ??= await folder.hash(localEntryOf(item, local), signal);
  } catch (error) {
    if (isAppError(error, 'target-changed', 'local-unreadable', 'local-denied')) return undefined;
    throw error;
  }
  if (local.sha !== sha) return undefined;
  const { parent, name } = remote;
  const unchanged = facts.etag !== '' && remote.etag === facts.etag && remote.size === facts.size;
  if (unchanged) remote.sha ??= sha;
  const was = unchanged ? remote : { ...facts, parent, name, sha1: undefined, sha };
  if (base === undefined) return { local, remote: was, sha };
  // Where it is was not changed by fetching it.
  const here = local.parent === base.local.parent && local.name === base.local.name;
  const there = parent === base.remote.parent && name === base.remote.name;
  return {
    local: here ? local : { ...local, parent: base.local.parent, name: base.local.name },
    remote: there ? was : { ...was, parent: base.remote.parent, name: base.remote.name },
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
