import type { RemoteEntry } from '@holdfast/client';
import type { RemoteReading } from './collect-remote.ts';
import { type Item, pathOf, remoteState, sameRemote } from './item.ts';
import type { Trees } from './trees.ts';

/**
 * Leaves out of an incremental reading what the trees know already, such as what the server tells of our own work:
 * so that taking in the rest, mostly nothing, needs no index of everything.
 */
export function withoutKnown(trees: Trees, reading: RemoteReading): RemoteReading {
  if (reading.whole || reading.entries.length + reading.gone.length === 0) return reading;
  const named = new Map<string, RemoteEntry>();
  for (const entry of reading.entries) if (entry.id !== undefined) named.set(entry.id, entry);
  const goneIds = new Set(reading.gone.map(({ id }) => id));
  const there = new Set<string>();
  const known = new Set<RemoteEntry>();
  for (const item of trees.items.values()) {
    const id = item.remote?.id;
    if (id === undefined) continue;
    if (goneIds.has(id)) there.add(id);
    const entry = named.get(id);
    if (entry !== undefined && isKnown(item, entry)) known.add(entry);
  }
  const gone = reading.gone.filter(({ id }) => id === undefined || there.has(id));
  // What is gone takes along what is in it, but for what was named: then every name counts.
  if (gone.length > 0) return { ...reading, gone };
  return { ...reading, gone, entries: reading.entries.filter((entry) => !known.has(entry)) };
}

function isKnown(item: Item, entry: RemoteEntry): boolean {
  const { remote } = item;
  if (remote === undefined || item.folder !== (entry.kind === 'folder')) return false;
  return (
    sameRemote(remote, remoteState(entry, remote.parent, remote.name), false) &&
    pathOf(item, 'remote') === entry.path
  );
}
