import { childOf, parentOf, type TreePath } from '@holdfast/base';
import type { seededRandom } from '@holdfast/base/testing';
import type { MemoryServer } from '@holdfast/client/testing';
import type { MemoryDisk } from '@holdfast/localfs/testing';

const names = ['a', 'b', 'c', 'd', 'e.txt', 'f.tar.gz'];

/** What users can do to a disk and to a server alike. */
interface Place {
  tree(): Map<TreePath, string | undefined>;
  write(path: TreePath, text: string): unknown;
  mkdir(path: TreePath): unknown;
  move(from: TreePath, to: TreePath): unknown;
  remove(path: TreePath): unknown;
}

/** Users at several places who do random things at random moments, and what must not be lost of it. */
export class RestlessUsers {
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #places: readonly Place[];
  readonly #written = new Set<string>();
  readonly #given = new Set<string>();
  #count = 0;

  constructor(random: ReturnType<typeof seededRandom>, places: readonly (MemoryDisk | MemoryServer)[]) {
    this.#random = random;
    this.#places = places;
  }

  /** Contents that nobody has removed or replaced on purpose. */
  mustRemain(): string[] {
    return [...this.#written].filter((text) => !this.#given.has(text));
  }

  /** True one time in `n`. */
  oneIn(n: number): boolean {
    return this.#below(n) === 0;
  }

  /** One random act at a random place, one of the first `places`. */
  act(places = this.#places.length): void {
    const place = this.#places[this.#below(places)];
    if (place === undefined) return;
    const tree = place.tree();
    const paths = [...tree.keys()];
    const path = paths[this.#below(Math.max(1, paths.length))];
    const folders = ['', ...paths.filter((one) => tree.get(one) === undefined)];
    const folder = folders[this.#below(folders.length)] ?? '';
    const target = childOf(folder, names[this.#below(names.length)] ?? 'a');
    const free = !tree.has(target);
    this.#count += 1;
    const text = `text ${this.#count}${'.'.repeat(this.#below(3))}`;
    switch (this.#below(7)) {
      case 0:
      case 1:
        if (free) this.#write(place, target, text, undefined);
        return;
      case 2:
        if (free) place.mkdir(target);
        return;
      case 3:
      case 4:
        if (path !== undefined && tree.get(path) !== undefined)
          this.#write(place, path, text, tree.get(path));
        return;
      case 5:
        if (path !== undefined && free && !`${target}/`.startsWith(`${path}/`)) place.move(path, target);
        return;
      default:
        if (path !== undefined && this.oneIn(2)) this.#remove(place, path, tree);
    }
  }

  #write(place: Place, path: TreePath, text: string, before: string | undefined): void {
    const parent = parentOf(path) ?? '';
    if (parent !== '' && !place.tree().has(parent)) return;
    if (before !== undefined) this.#given.add(before);
    place.write(path, text);
    this.#written.add(text);
  }

  #remove(place: Place, path: TreePath, tree: ReadonlyMap<TreePath, string | undefined>): void {
    for (const [one, text] of tree) {
      if ((one === path || one.startsWith(`${path}/`)) && text !== undefined) this.#given.add(text);
    }
    place.remove(path);
  }

  #below(n: number): number {
    return this.#random.next() % n;
  }
}
