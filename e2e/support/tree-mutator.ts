import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PseudoRandom } from './pseudo-random.ts';
import { sha256 } from './read-tree.ts';

/** What was written, by however many mutators. */
export interface Writings {
  /** SHA-256 of what was written and neither replaced nor deleted since: must be there in the end, under any name. */
  readonly living: Map<string, string>;
  /** SHA-256 of every content that was ever in a file. */
  readonly everWritten: Set<string>;
}

/** Changes a tree at random the way careful programs do, and knows which contents must be in it. */
export interface TreeMutator extends Writings {
  /** Makes one random change. */
  mutate(): void;
}

/**
 * Changes files below `root`/`area`: writes (to `scratch` first, then renamed into place, so that nobody can see
 * half a file by our doing), renames of files and folders, few deletes. Contents are never empty and never the
 * same. What it finds there counts, not what it remembers: sync may set files aside. Mutators that change the same
 * files of several clients share what was written, and have a `tag` each for the names they give.
 */
export function treeMutator(
  root: string,
  area: string,
  scratch: string,
  random: PseudoRandom,
  { living, everWritten }: Writings = { living: new Map(), everWritten: new Set() },
  tag = '',
): TreeMutator {
  let count = 0;
  const newPath = () => `${area}/folder ${random.int(8)}/file ${tag}${++count}.bin`;
  const retire = (path: string) => {
    const content = quietly(() => readFileSync(join(root, path)));
    if (content) living.delete(sha256(content));
  };
  const write = (path: string) => {
    const size = random.int(8) === 0 ? 500_000 + random.int(2_000_000) : 1 + random.int(60_000);
    const content = Buffer.concat([Buffer.from(`${path} ${tag}${++count}\n`), random.bytes(size)]);
    const hash = sha256(content);
    everWritten.add(hash);
    writeFileSync(scratch, content);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    retire(path);
    renameSync(scratch, join(root, path));
    living.set(hash, path);
  };
  const move = (from: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    quietly(() => renameSync(join(root, from), join(root, to)));
  };
  const mutate = () => {
    const files = filesBelow(root, area);
    const dice = random.int(20);
    if (files.length < 20 || dice < 7) write(newPath());
    else if (dice < 13) write(random.pick(files));
    else if (dice < 16) move(random.pick(files), newPath());
    else if (dice < 18) move(dirname(random.pick(files)), `${area}/folder moved ${tag}${++count}`);
    else {
      const path = random.pick(files);
      retire(path);
      quietly(() => rmSync(join(root, path)));
    }
  };
  return { mutate, living, everWritten };
}

/** In a fixed order, so that the same seed does the same. */
function filesBelow(root: string, area: string): string[] {
  const entries =
    quietly(() => readdirSync(join(root, area), { recursive: true, withFileTypes: true })) ?? [];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/** Sync may move a file between our look and our act. */
function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
