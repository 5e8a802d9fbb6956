import { childOf, isAppError, isWithin, nameOf, parentOf, type TreePath } from '@holdfast/base';
import type { Dice } from './dice.ts';
import type { Place, PlainTree } from './place.ts';

const plainNames = ['a', 'b', 'c', 'd', 'e.txt', 'f.tar.gz'];
/** Names that are one to some systems, and such as some cannot hold. */
const oddNames = [
  ...['a', 'A', 'caf\u00e9', 'cafe\u0301', 'CON', 'x:y', 'end.', 'e.txt', 'E.TXT'],
  ...['\u{1f600}', ' lead', 'b', 'B'],
];

const acts = [
  ...([
    'create',
    'create',
    'create',
    'mkdir',
    'edit',
    'edit',
    'save',
    'save',
    'touch',
    'move',
    'move',
  ] as const),
  ...(['rename', 'case', 'remove', 'swap', 'turn', 'copy', 'revert', 'clear', 'grow', 'bit'] as const),
];

/**
 * People who work at several places, and the memory of what they have done: which texts they have written, and which
 * of them they have removed or replaced on purpose. Every text is written once only, but for copies and reverts.
 */
export class People {
  /** All texts that were ever written. */
  readonly written = new Set<string>();
  /** Those that somebody has removed or replaced where he saw them. */
  readonly given = new Set<string>();
  /** Where people work. */
  places: Place[] = [];
  readonly #names: readonly string[];
  #count = 0;

  constructor(odd: boolean) {
    this.#names = odd ? oddNames : plainNames;
  }

  /** What nobody has removed or replaced on purpose. */
  mustRemain(): string[] {
    return [...this.written].filter((text) => !this.given.has(text));
  }

  /** One random act at one of the places. Returns what was done. */
  async act(dice: Dice): Promise<string> {
    if (this.places.length === 0) return 'nothing';
    const place = dice.pick(this.places);
    const tree = await place.tree();
    const kind = dice.pick(acts);
    try {
      return `${place.name} ${kind} ${await this.#perform(kind, place, tree, dice)}`;
    } catch (error) {
      if (isAppError(error)) return `${place.name} ${kind} refused ${error.code}`;
      throw error;
    }
  }

  /** Many files at one place. */
  async crowd(dice: Dice, count: number): Promise<string> {
    if (this.places.length === 0) return '-';
    const place = dice.pick(this.places);
    for (let i = 0; i < count; i += 1) await this.#write(place, `many ${i}`, this.#text(dice), new Map());
    return `${place.name} ${count} more`;
  }

  /** Most of what is at one place goes. */
  async clearOut(dice: Dice): Promise<string> {
    if (this.places.length === 0) return '-';
    const place = dice.pick(this.places);
    return `${place.name} clears ${await this.#clear(place, await place.tree(), dice)}`;
  }

  async #perform(kind: (typeof acts)[number], place: Place, tree: PlainTree, dice: Dice): Promise<string> {
    const paths = [...tree.keys()];
    const files = paths.filter((path) => tree.get(path) !== undefined);
    const folders = ['', ...paths.filter((path) => tree.get(path) === undefined)];
    const target = childOf(dice.pick(folders), dice.pick(this.#names));
    const free = !tree.has(target);
    const file = files.length === 0 ? undefined : dice.pick(files);
    const any = paths.length === 0 ? undefined : dice.pick(paths);
    if (kind === 'create') return free ? await this.#write(place, target, this.#text(dice), tree) : '-';
    if (kind === 'mkdir') {
      if (free) await place.mkdir(target);
      return target;
    }
    if (kind === 'remove') return any === undefined ? '-' : await this.#remove(place, any, tree);
    if (kind === 'clear') return dice.chance(0.1) ? await this.#clear(place, tree, dice) : '-';
    if (kind === 'move' || kind === 'rename') {
      const name = dice.pick(this.#names);
      const to = any === undefined || kind === 'move' ? target : childOf(parentOf(any) ?? '', name);
      return any === undefined ? '-' : await this.#move(place, any, to, tree);
    }
    if (kind === 'case' && any !== undefined) {
      const name = nameOf(any);
      const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
      return await this.#move(place, any, childOf(parentOf(any) ?? '', other), tree);
    }
    if (kind === 'swap' && any !== undefined) return await this.#swap(place, any, dice.pick(paths), tree);
    if (kind === 'turn' && any !== undefined) {
      await this.#remove(place, any, tree);
      if (tree.get(any) === undefined) return await this.#write(place, any, this.#text(dice), new Map());
      await place.mkdir(any);
      return any;
    }
    if (file === undefined) return '-';
    const now = tree.get(file) ?? '';
    if (kind === 'edit') return await this.#write(place, file, this.#text(dice), tree);
    if (kind === 'grow') return await this.#write(place, file, `${now}+${this.#text(dice)}`, tree);
    if (kind === 'touch') await place.write(file, now);
    if (kind === 'bit') await place.write(file, now, dice.chance(0.5));
    if (kind === 'copy' && free) return await this.#write(place, target, now, tree);
    if (kind === 'revert' && this.given.size > 0) {
      return await this.#write(place, file, dice.pick([...this.given]), tree);
    }
    // As most programs do it: written beside, and renamed over the old one.
    if (kind === 'save') {
      const beside = `${file}.new`;
      if (tree.has(beside)) return '-';
      await this.#write(place, beside, this.#text(dice), tree);
      await place.move(beside, file);
      this.given.add(now);
    }
    return file;
  }

  #text(dice: Dice): string {
    this.#count += 1;
    return `text ${this.#count}${'.'.repeat(dice.below(3))}`;
  }

  async #write(place: Place, path: TreePath, text: string, tree: PlainTree): Promise<string> {
    const before = tree.get(path);
    await place.write(path, text);
    this.written.add(text);
    if (before !== undefined && before !== text) this.given.add(before);
    return `${path} "${text}"`;
  }

  async #remove(place: Place, path: TreePath, tree: PlainTree): Promise<string> {
    await place.remove(path);
    this.#give(path, tree);
    return path;
  }

  #give(path: TreePath, tree: PlainTree): void {
    for (const [one, text] of tree) if (text !== undefined && isWithin(one, path)) this.given.add(text);
  }

  async #move(place: Place, from: TreePath, to: TreePath, tree: PlainTree): Promise<string> {
    const replaces = tree.get(to);
    const folderThere = tree.has(to) && replaces === undefined;
    if (from === to || isWithin(to, from) || folderThere) return '-';
    if (replaces !== undefined && tree.get(from) === undefined) return '-';
    await place.move(from, to);
    if (replaces !== undefined) this.given.add(replaces);
    return `${from} to ${to}`;
  }

  async #swap(place: Place, a: TreePath, b: TreePath, tree: PlainTree): Promise<string> {
    if (isWithin(a, b) || isWithin(b, a) || tree.has('swapping')) return '-';
    await place.move(a, 'swapping');
    await place.move(b, a);
    await place.move('swapping', b);
    return `${a} and ${b}`;
  }

  /** Removes most of what is there: what the brake is for. */
  async #clear(place: Place, tree: PlainTree, dice: Dice): Promise<string> {
    let count = 0;
    for (const path of tree.keys()) {
      if ((parentOf(path) ?? '') !== '' || dice.chance(0.2)) continue;
      await this.#remove(place, path, tree);
      count += 1;
    }
    return String(count);
  }
}
