import type { Base, Digits, Item, LocalState, RemoteState } from './item.ts';
import { packDigits } from './item.ts';

/** Reads again what is agreed on about an item. */
export type ReadBase = (item: PackedItem) => Base;

interface OpenStates {
  local: LocalState | undefined;
  remote: RemoteState | undefined;
  base: Base | undefined;
  savedBase: Base | undefined;
  savedRemote: RemoteState | undefined;
}

/**
 * A file that is on both sides as agreed, at the same place, and in the journal as it is here: nearly all files nearly
 * always. Keeps what it takes to see that it is still so, and reads its states from the journal when they are asked
 * for: a quarter of the memory.
 */
export class PackedItem implements Item {
  readonly key: number;
  /** Where it is on both sides, while it is packed. */
  readonly parent: Item;
  readonly name: string;
  /** Of its local state, while it is packed. */
  readonly id: Digits;
  /** Of its remote state, while it is packed. */
  readonly remoteId: Digits | undefined;
  readonly size: number;
  readonly #localPrint: number;
  readonly #remotePrint: number;
  #states: ReadBase | OpenStates;

  /** `base` is what both sides have, and what `read` will give. */
  constructor(key: number, base: Base, read: ReadBase) {
    const { local, remote } = base;
    this.key = key;
    this.parent = local.parent;
    this.name = local.name;
    this.id = local.id;
    this.remoteId = remote.id === undefined ? undefined : packDigits(remote.id);
    this.size = local.size;
    this.#localPrint = printOfLocal(local);
    this.#remotePrint = printOfRemote(remote);
    this.#states = read;
  }

  get folder(): boolean {
    return false;
  }

  /** Whether it is on both sides as agreed and nobody has asked for its states since. */
  get packed(): boolean {
    return typeof this.#states === 'function';
  }

  /** Whether a look at the disk has shown what is agreed on. Only while it is packed. */
  isStill(seen: LocalState): boolean {
    return seen.parent === this.parent && seen.name === this.name && printOfLocal(seen) === this.#localPrint;
  }

  /** Whether the server has told what is agreed on. Only while it is packed. */
  isStillThere(seen: RemoteState): boolean {
    return (
      seen.parent === this.parent && seen.name === this.name && printOfRemote(seen) === this.#remotePrint
    );
  }

  get local(): LocalState | undefined {
    return this.#open().local;
  }

  set local(state: LocalState | undefined) {
    this.#open().local = state;
  }

  get remote(): RemoteState | undefined {
    return this.#open().remote;
  }

  set remote(state: RemoteState | undefined) {
    this.#open().remote = state;
  }

  get base(): Base | undefined {
    return this.#open().base;
  }

  set base(base: Base | undefined) {
    this.#open().base = base;
  }

  get savedBase(): Base | undefined {
    return this.#open().savedBase;
  }

  set savedBase(base: Base | undefined) {
    this.#open().savedBase = base;
  }

  get savedRemote(): RemoteState | undefined {
    return this.#open().savedRemote;
  }

  set savedRemote(state: RemoteState | undefined) {
    this.#open().savedRemote = state;
  }

  #open(): OpenStates {
    const states = this.#states;
    if (typeof states !== 'function') return states;
    const base = states(this);
    const { local, remote } = base;
    const open = { local, remote, base, savedBase: base, savedRemote: remote };
    this.#states = open;
    return open;
  }
}

/** Whether an item is packed: on both sides as agreed. */
export function isPacked(item: Item): item is PackedItem {
  return item instanceof PackedItem && item.packed;
}

/** Where an item is on one side, without a look at the rest of its state. */
export function placeOn(
  item: Item,
  side: 'local' | 'remote',
): { readonly parent: Item; readonly name: string } | undefined {
  return isPacked(item) ? item : item[side];
}

/** Where an item is or was locally, and its id there. */
export function formerPlace(
  item: Item,
): { readonly parent: Item; readonly name: string; readonly id: Digits } | undefined {
  return isPacked(item) ? item : (item.local ?? item.base?.local);
}

/** The id of an item on the server. */
export function remoteIdOf(item: Item): Digits | undefined {
  if (isPacked(item)) return item.remoteId;
  const id = item.remote?.id;
  return id === undefined ? undefined : packDigits(id);
}

function printOfLocal({ id, size, s, ns, cs, cns, executable, link }: LocalState): number {
  return fingerprint([id, size, s, ns, cs, cns, executable, link]);
}

function printOfRemote({ id, etag, size, s, ns, executable, link, permissions }: RemoteState): number {
  return fingerprint([id, etag, size, s, ns, executable, link, permissions]);
}

/** 53 bits of all of `facts`: two that differ have the same one as often as a disk returns a wrong bit. */
function fingerprint(facts: readonly (Digits | boolean | undefined)[]): number {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  const mix = (value: number): void => {
    a = Math.imul(a ^ value, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ value, 0x85ebca6b);
    b ^= b >>> 13;
  };
  for (const fact of facts) {
    if (typeof fact === 'string') for (let i = 0; i < fact.length; i += 1) mix(fact.charCodeAt(i));
    else if (typeof fact === 'number') {
      mix(fact | 0);
      mix(Math.floor(fact / 2 ** 32));
    } else mix(fact === undefined ? 3 : Number(fact) + 1);
    mix(-1);
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}
