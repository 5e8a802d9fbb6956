import { ruleFileName } from '../choice/ignore-rules.ts';
import type { Item } from '../trees/item.ts';
import { placeOn } from '../trees/packed-item.ts';
import { isSettled, type Trees } from '../trees/trees.ts';
import { foldName, mapName } from './name-rules.ts';
import type { PlanPolicy } from './policy.ts';

/** Files that are planned in one go where very many wait: what a plan takes in memory goes with it. */
export const usualPortion = 2048;
/** However many there are, they are planned in so many goes at most (R8). */
const mostPortions = 64;
const bitsPerName = 64;

/** Which items a plan is about, where all that is not as agreed would be too much at once. */
export interface Portion {
  /** Whether an item comes with another portion; asked in the order of the items, once for each. */
  waits(item: Item): boolean;
  /** Whether a later portion has something in it. Known when all items were asked about. */
  readonly more: boolean;
  /** What waits for later portions. Known when all items were asked about. */
  readonly later: { readonly files: number; readonly bytes: number };
}

/** Portions of the trees: new files in nobody's way, some at a time; everything else is in each of them. */
export class Portions {
  readonly #trees: Trees;
  readonly #policy: PlanPolicy;
  readonly #size: number;
  readonly #names: NameMarks | undefined;

  constructor(trees: Trees, policy: PlanPolicy, size: number) {
    this.#trees = trees;
    this.#policy = policy;
    let open = 0;
    for (const item of trees.items.values()) if (!isSettled(item)) open += 1;
    this.#size = Math.max(size, Math.ceil(open / mostPortions));
    this.#names = open > this.#size ? new NameMarks(trees, foldsCase(policy)) : undefined;
  }

  /** The portion of this number, from 0. */
  at(number: number): Portion {
    const names = this.#names;
    if (names === undefined) return whole;
    const from = number * this.#size;
    const to = from + this.#size;
    const later = { files: 0, bytes: 0 };
    let seen = 0;
    return {
      waits: (item) => {
        if (!this.#isSimple(item, names)) return false;
        const at = seen;
        seen += 1;
        if (at >= to) {
          later.files += 1;
          later.bytes += (item.local ?? item.remote)?.size ?? 0;
        }
        return at < from || at >= to;
      },
      get more() {
        return later.files > 0;
      },
      later,
    };
  }

  /**
   * Whether nothing but its own content depends on an item: a new file with a name that it keeps on both sides and
   * that nothing else has or had, in a folder that stays. Left out of a plan it stands in nobody's way, and it
   * can neither be a problem nor a conflict about names.
   */
  #isSimple(item: Item, names: NameMarks): boolean {
    const { local, remote, base } = item;
    if (item.folder || base !== undefined || this.#policy.held.has(item) || this.#trees.frozen.has(item))
      return false;
    const place = local ?? remote;
    // Rules come before what they are about.
    if (place?.name === ruleFileName) return false;
    if (place === undefined || !staysThere(place.parent)) return false;
    if (local !== undefined && remote !== undefined) {
      return local.parent === remote.parent && local.name === remote.name && names.isAlone(local);
    }
    if (this.#trees.taken.get(place.parent)?.has(place.name)) return false;
    const { localNames, remoteNames } = this.#policy;
    const rules = local === undefined ? localNames : remoteNames;
    return mapName(place.name, rules) === place.name && names.isAlone(place);
  }
}

const whole: Portion = { waits: () => false, more: false, later: { files: 0, bytes: 0 } };

/** A folder that is new or on both sides is not removed by a plan. */
function staysThere(folder: Item): boolean {
  return folder.base === undefined || (folder.local !== undefined && folder.remote !== undefined);
}

function foldsCase({ localNames, remoteNames }: PlanPolicy): boolean {
  return localNames.ignoresCase || remoteNames.ignoresCase;
}

interface Place {
  readonly parent: Item;
  readonly name: string;
}

/**
 * Tells which names something else in the folder may have too, on either side, with a few bits for each name. May
 * think that a name is not alone when it is.
 */
class NameMarks {
  readonly #foldsCase: boolean;
  readonly #once: Uint32Array;
  readonly #twice: Uint32Array;
  readonly #mask: number;

  constructor(trees: Trees, foldCase: boolean) {
    this.#foldsCase = foldCase;
    const bits = Math.min(27, Math.ceil(Math.log2(trees.items.size * bitsPerName + 32)));
    this.#once = new Uint32Array(2 ** bits / 32);
    this.#twice = new Uint32Array(2 ** bits / 32);
    this.#mask = 2 ** bits - 1;
    for (const item of trees.items.values()) {
      const local = placeOn(item, 'local');
      const remote = placeOn(item, 'remote');
      const here = local === undefined ? -1 : this.#bitOf(local);
      const there = remote === undefined ? -1 : this.#bitOf(remote);
      if (here >= 0) this.#mark(here);
      if (there >= 0 && there !== here) this.#mark(there);
    }
  }

  isAlone(place: Place): boolean {
    const bit = this.#bitOf(place);
    return ((this.#twice[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0;
  }

  #mark(bit: number): void {
    const at = bit >>> 5;
    const one = 1 << (bit & 31);
    const marks = ((this.#once[at] ?? 0) & one) === 0 ? this.#once : this.#twice;
    marks[at] = (marks[at] ?? 0) | one;
  }

  /** FNV-1a over the folder and the folded name. */
  #bitOf({ parent, name }: Place): number {
    const folded = foldName(name, this.#foldsCase);
    let hash = Math.imul(0x811c9dc5 ^ parent.key, 0x01000193);
    hash = Math.imul(hash ^ (parent.key >>> 16), 0x01000193);
    for (let i = 0; i < folded.length; i += 1) hash = Math.imul(hash ^ folded.charCodeAt(i), 0x01000193);
    return (hash ^ (hash >>> 15)) & this.#mask;
  }
}
