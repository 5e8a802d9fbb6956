import { createHash } from 'node:crypto';
import { isAppError } from '@holdfast/base';
import type { Remote } from '@holdfast/client';
import type { StoredIntent } from '../journal/intent.ts';
import { ChildIndex } from '../trees/child-index.ts';
import { remoteChange } from '../trees/content-change.ts';
import { type Base, type Item, type LocalState, pathOf, type RemoteState } from '../trees/item.ts';
import { removeItem, type Trees } from '../trees/trees.ts';

/** A merge base that an intent has given. */
interface Settled {
  readonly item: Item;
  readonly before: Base | undefined;
}

/**
 * Looks which changes that were meant to reach the server are there, and makes them the merge base, as their
 * outcome would have: a later edit or rename here is then no conflict with oneself. Called when the server was read
 * and the disk was not yet, which is then compared with what is agreed on now.
 *
 * A file counts as sent only when its bytes have the SHA-256 that was meant; where the server does not tell it, a
 * file of the same size is read. So whoever has written it, it is the version that was here.
 *
 * Returns what takes back every merge base of which the local side turns out to be gone: an intent alone never
 * removes anything. To be called after the disk was read.
 * @throws AppError those of `read`.
 */
export async function settleRemoteIntents(
  trees: Trees,
  intents: readonly StoredIntent[],
  remote: Remote,
  signal: AbortSignal,
): Promise<() => void> {
  const settled: Settled[] = [];
  const index = ChildIndex.of(trees, 'remote');
  const settle = (item: Item, base: Base): void => {
    settled.push({ item, before: item.base });
    if (item.local === item.base?.local) item.local = base.local;
    item.base = base;
  };
  for (const intent of intents) {
    const known = intent.key === undefined ? undefined : trees.items.get(intent.key);
    const there = known?.remote === undefined ? index.at(intent.path) : known;
    const item =
      intent.kind === 'move' && known !== undefined ? joinFolder(trees, index, known, there) : there;
    if (item?.remote === undefined) continue;
    if (intent.kind === 'upload') {
      const state = await sentState(item, known, intent, remote, signal);
      if (state === undefined) continue;
      removeTwin(trees, state.local, item);
      settle(item, state);
    } else if (intent.kind === 'mkdir') {
      const base = madeState(trees, item, intent);
      if (base !== undefined) settle(item, base);
    } else if (intent.kind === 'move' && intent.side === 'remote' && item === known) {
      const base = movedState(item, intent);
      if (base !== undefined) settle(item, base);
    }
  }
  return () => {
    for (const { item, before } of settled) {
      if (item.local !== undefined && !trees.frozen.has(item)) continue;
      if (item.local === item.base?.local) item.local = before?.local;
      item.base = before;
    }
  };
}

/** What is agreed on when the server has what `intent` was about to send. */
async function sentState(
  item: Item,
  known: Item | undefined,
  intent: StoredIntent,
  port: Remote,
  signal: AbortSignal,
): Promise<Base | undefined> {
  const { base, remote } = item;
  const { local: facts, sha } = intent;
  if (item.folder || remote === undefined || facts === undefined || remote.size !== facts.size) {
    return undefined;
  }
  if (base !== undefined && (item !== known || remoteChange(remote, base) === 'same')) return undefined;
  remote.sha ??= await hashThere(port, pathOf(item, 'remote'), remote, signal);
  if (remote.sha !== sha) return undefined;
  if (base === undefined) return { local: { ...facts, parent: remote.parent, sha }, remote, sha };
  // Where it is was not changed by sending it.
  const { parent, name } = base.remote;
  const placed = remote.parent === parent && remote.name === name;
  return {
    local: { ...facts, parent: base.local.parent, name: base.local.name, sha },
    remote: placed ? remote : { ...remote, parent, name },
    sha,
  };
}

function madeState(trees: Trees, item: Item, { local: facts }: StoredIntent): Base | undefined {
  const { base, local, remote } = item;
  if (!item.folder || base !== undefined || local !== undefined) return undefined;
  if (remote === undefined || facts === undefined) return undefined;
  // One that is known as it is here now becomes one with it by its place.
  for (const other of trees.items.values()) {
    // Numbers of what is gone are given to what is new: one that something else was agreed on about says nothing.
    const alone = other.base === undefined && other.remote === undefined;
    if (other.folder && alone && other.local?.id === facts.id) return undefined;
  }
  return { local: { ...facts, parent: remote.parent, sha: undefined }, remote, sha: '' };
}

function movedState(item: Item, { path, local: facts }: StoredIntent): Base | undefined {
  const { base, remote } = item;
  if (base === undefined || remote === undefined || facts === undefined) return undefined;
  const { parent, name } = remote;
  if (parent === base.remote.parent && name === base.remote.name) return undefined;
  if (pathOf(item, 'remote') !== path) return undefined;
  const same = item.folder || remoteChange(remote, base) === 'same';
  return {
    local: { ...facts, parent, sha: undefined },
    remote: same ? remote : { ...base.remote, parent, name },
    sha: base.sha,
    ...(base.unproven === undefined ? {} : { unproven: base.unproven }),
  };
}

/**
 * Where the server has no ids, a folder that was moved looks like a new one: when the old one is gone, both are one.
 * What is in it has become known again by itself.
 */
function joinFolder(trees: Trees, index: ChildIndex, known: Item, there: Item | undefined): Item {
  if (there?.remote === undefined || there === known || !known.folder || !there.folder) return known;
  if (there.base !== undefined || there.local !== undefined) return known;
  known.remote = there.remote;
  index.set(there.remote.parent, there.remote.name, known);
  for (const child of index.childrenOf(there)) {
    if (child.remote?.parent !== there) continue;
    child.remote = { ...child.remote, parent: known };
    index.set(known, child.remote.name, child);
  }
  there.remote = undefined;
  removeItem(trees, there);
  return known;
}

/** The same file as an item of its own, from before its upload was known to have come through. */
function removeTwin(trees: Trees, { id }: LocalState, item: Item): void {
  for (const twin of trees.items.values()) {
    if (twin === item || twin.local?.id !== id || twin.folder) continue;
    if (twin.base === undefined && twin.remote === undefined) removeItem(trees, twin);
  }
}

/** SHA-256 of a file on the server by reading it; undefined when it is another one by now. */
async function hashThere(
  port: Remote,
  path: string,
  { etag, size }: RemoteState,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { body } = await port.read(path, { ...(etag === '' ? {} : { ifMatch: etag }), signal });
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of body) {
      hash.update(chunk);
      bytes += chunk.byteLength;
    }
    return bytes === size ? hash.digest('hex') : undefined;
  } catch (error) {
    if (isAppError(error, 'target-changed', 'precondition-failed', 'not-found')) return undefined;
    throw error;
  }
}
