import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { oddNames } from './odd-names.ts';
import { type PseudoRandom, pseudoRandom } from './pseudo-random.ts';

/** What a tree for tests should hold. */
export interface TreeOptions {
  readonly seed: number;
  /** Ordinary files, in folders of about thirty. */
  readonly files: number;
  /** Names that have broken sync clients before. Those for which this says no are left out. */
  readonly acceptName?: (name: string) => boolean;
  /** Modification times before and at 1970; some foreign clients refuse them. */
  readonly earlyTimes?: boolean;
  /** Bytes of one large file, written in pieces. */
  readonly large?: number;
}

/** What was made. */
export interface MadeTree {
  readonly files: number;
  readonly bytes: number;
}

/** Sizes around the borders of inline content, and a megabyte. */
const borderSizes = [0, 1, 32_767, 32_768, 32_769, 1_048_576];
/** 1970 itself, before, a fraction, leap-second neighbourhood, 2100. */
const oddTimes = [-86_400, 0, 1, 1_483_228_799.5, 4_102_444_800];

/** Fills `root` with the same tree for the same options: odd names, empty files and folders, deep folders, odd times. */
export async function makeTree(root: string, options: TreeOptions): Promise<MadeTree> {
  const random = pseudoRandom(options.seed);
  const accept = options.acceptName ?? (() => true);
  let files = 0;
  let bytes = 0;
  const write = (path: string, content: Buffer, time?: number) => {
    const full = join(root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content, { mode: random.int(10) === 0 ? 0o755 : 0o644 });
    if (time !== undefined) setTime(full, time);
    files++;
    bytes += content.length;
  };
  mkdirSync(root, { recursive: true });
  const odd = oddNames.filter(accept);
  for (const name of odd) {
    write(join('odd files', name), random.bytes(10 + random.int(100)));
    write(join('odd folders', name, name), random.bytes(20));
  }
  for (const size of borderSizes) write(`sizes/${size}.bin`, random.bytes(size));
  for (const time of oddTimes.filter((t) => options.earlyTimes !== false || t > 0)) {
    write(`times/${time}.txt`, random.bytes(12), time);
  }
  mkdirSync(join(root, 'empty/of/everything'), { recursive: true });
  mkdirSync(join(root, 'empty/also'), { recursive: true });
  write(`deep/${Array.from({ length: 40 }, (_, i) => `level ${i}`).join('/')}/bottom.txt`, random.bytes(9));
  for (let i = 0; i < options.files; i++) write(ordinaryPath(random, i), random.bytes(ordinarySize(random)));
  if (options.large !== undefined) {
    await writeLarge(join(root, 'large.bin'), options.large, random);
    files++;
    bytes += options.large;
  }
  return { files, bytes };
}

/** Writes a file of `size` repeatable random bytes without holding them in memory. */
export async function writeLarge(path: string, size: number, random: PseudoRandom): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '');
  for (let left = size; left > 0; left -= 4_194_304) {
    await appendFile(path, random.bytes(Math.min(left, 4_194_304)));
  }
}

function ordinaryPath(random: PseudoRandom, index: number): string {
  const folder = Math.floor(index / 30);
  const name = `${random.pick(['notes', 'photo', 'report', 'index'])}-${index}.${random.pick(['txt', 'jpg', 'js'])}`;
  return `tree/${folder % 7}/${folder}/${name}`;
}

/** Sets both times, in seconds since 1970; as a Date, because Node takes a negative number for "now". */
export function setTime(path: string, seconds: number): void {
  const date = new Date(seconds * 1000);
  utimesSync(path, date, date);
}

/** Mostly a few kilobytes, as in a source tree; one in a hundred up to 200 KiB. */
function ordinarySize(random: PseudoRandom): number {
  return random.int(100) === 0 ? random.int(204_800) : random.int(6_000);
}
