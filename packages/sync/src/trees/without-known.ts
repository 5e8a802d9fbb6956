import type { RemoteEntry } from '@holdfast/client';
import type { RemoteReading } from './collect-remote.ts';
import { type Item, pathOf, remoteState, sameRemote } from './item.ts';
import type { Trees } from './trees.ts';

/**
 * Nothing, when an incremental reading tells only what the trees know already, as what the server tells of our own
 * work: so that no index of everything is needed for it. Otherwise the reading itself: what is new may mean something
 * to what is known.
 */
export function withoutKnown(trees: Trees, reading: RemoteReading): RemoteReading {
  if (reading.whole || reading.entries.length + reading.gone.length === 0) return reading;
  const named = new Map<string, RemoteEntry>();
  for (const entry of reading.entries) if (entry.id !== undefined) named.set(entry.id, entry);
  const gone = new Set(reading.gone.map(({ id }) => id));
  if (gone.has(undefined) || named.size < reading.entries.length) return reading;
  const places = new Map<Item, Map<string, Item>>();
  let known = 0;
  for (const item of trees.items.values()) {
    const { remote } = item;
    if (remote?.id === undefined) continue;
    if (gone.has(remote.id)) return reading;
    const entry = named.get(remote.id);
    if (entry === undefined) continue;
    if (!isKnown(item, entry)) return reading;
    known += 1;
    const names = places.get(remote.parent) ?? new Map<string, Item>();
    places.set(remote.parent, names.set(remote.name, item));
  }
  if (known < named.size || isCrowded(trees, places)) return reading;
  return { ...reading, entries: [], gone: [] };
}

/** Whether something else is thought to be at one of `places`: then it is not there any more. */
function isCrowded(trees: Trees, places: ReadonlyMap<Item, ReadonlyMap<string, Item>>): boolean {
  for (const item of trees.items.values()) {
    const { remote } = item;
    const there = remote === undefined ? undefined : places.get(remote.parent)?.get(remote.name);
    if (there !== undefined && there !== item) return true;
  }
  return false;
}

function isKnown(item: Item, entry: RemoteEntry): boolean {
  const { remote } = item;
  if (remote === undefined || item.folder !== (entry.kind === 'folder')) return false;
  return (
    sameRemote(remote, remoteState(entry, remote.parent, remote.name), false) &&
    pathOf(item, 'remote') === entry.path
  );
}
