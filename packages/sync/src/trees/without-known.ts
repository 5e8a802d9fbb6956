import type { RemoteEntry } from '@holdfast/client';
import type { RemoteReading } from './collect-remote.ts';
import { type Digits, type Item, packDigits, pathOf, remoteState, sameRemote } from './item.ts';
import { isPacked, placeOn, remoteIdOf } from './packed-item.ts';
import type { Trees } from './trees.ts';

/**
 * Nothing, when an incremental reading tells only what the trees know already, as what the server tells of our own
 * work: so that no index of everything is needed for it. Otherwise the reading itself: what is new may mean something
 * to what is known.
 */
export function withoutKnown(trees: Trees, reading: RemoteReading): RemoteReading {
  if (reading.whole || reading.entries.length + reading.gone.length === 0) return reading;
  const named = new Map<Digits, RemoteEntry>();
  for (const entry of reading.entries) if (entry.id !== undefined) named.set(packDigits(entry.id), entry);
  const gone = new Set(reading.gone.map(({ id }) => (id === undefined ? undefined : packDigits(id))));
  if (gone.has(undefined) || named.size < reading.entries.length) return reading;
  const places = new Map<Item, Map<string, Item>>();
  let known = 0;
  for (const item of trees.items.values()) {
    const id = remoteIdOf(item);
    if (id === undefined) continue;
    if (gone.has(id)) return reading;
    const entry = named.get(id);
    if (entry === undefined) continue;
    const place = placeOn(item, 'remote');
    if (place === undefined || !isKnown(item, place, entry)) return reading;
    known += 1;
    const names = places.get(place.parent) ?? new Map<string, Item>();
    places.set(place.parent, names.set(place.name, item));
  }
  if (known < named.size || isCrowded(trees, places)) return reading;
  return { ...reading, entries: [], gone: [] };
}

/** Whether something else is thought to be at one of `places`: then it is not there any more. */
function isCrowded(trees: Trees, places: ReadonlyMap<Item, ReadonlyMap<string, Item>>): boolean {
  for (const item of trees.items.values()) {
    const place = placeOn(item, 'remote');
    const there = place === undefined ? undefined : places.get(place.parent)?.get(place.name);
    if (there !== undefined && there !== item) return true;
  }
  return false;
}

function isKnown(item: Item, { parent, name }: Place, entry: RemoteEntry): boolean {
  if (item.folder !== (entry.kind === 'folder')) return false;
  const seen = remoteState(entry, parent, name);
  const same = isPacked(item)
    ? item.isStillThere(seen)
    : item.remote !== undefined && sameRemote(item.remote, seen, false);
  return same && pathOf(item, 'remote') === entry.path;
}

interface Place {
  readonly parent: Item;
  readonly name: string;
}
