import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PseudoRandom } from './pseudo-random.ts';
import { sha256 } from './read-tree.ts';

/** Changes a tree at random the way careful programs do, and knows what must be in it. */
export interface TreeMutator {
  /** Makes one random change. */
  mutate(): void;
  /** Path → SHA-256 of what must be there in the end. */
  readonly expected: ReadonlyMap<string, string>;
  /** SHA-256 of every content that was ever in a file. */
  readonly everWritten: ReadonlySet<string>;
}

/**
 * Changes files below `root`/`area`: writes (to `scratch` first, then renamed into place, so that nobody can see
 * half a file by our doing), renames of files and folders, few deletes. Contents are never empty and never the same.
 */
export function treeMutator(root: string, area: string, scratch: string, random: PseudoRandom): TreeMutator {
  const expected = new Map<string, string>();
  const everWritten = new Set<string>();
  let count = 0;
  const newPath = () => `${area}/folder ${random.int(8)}/file ${++count}.bin`;
  const write = (path: string) => {
    const size = random.int(8) === 0 ? 500_000 + random.int(2_000_000) : 1 + random.int(60_000);
    const content = Buffer.concat([Buffer.from(`${path} ${++count}\n`), random.bytes(size)]);
    const hash = sha256(content);
    everWritten.add(hash);
    writeFileSync(scratch, content);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    renameSync(scratch, join(root, path));
    expected.set(path, hash);
  };
  const move = (from: string, to: string) => {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    renameSync(join(root, from), join(root, to));
    for (const [path, hash] of [...expected]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      expected.delete(path);
      expected.set(to + path.slice(from.length), hash);
    }
  };
  const anyPath = () => random.pick([...expected.keys()]);
  const mutate = () => {
    const dice = random.int(20);
    if (expected.size < 20 || dice < 7) write(newPath());
    else if (dice < 13) write(anyPath());
    else if (dice < 16) move(anyPath(), newPath());
    else if (dice < 18) move(dirname(anyPath()), `${area}/folder moved ${++count}`);
    else {
      const path = anyPath();
      rmSync(join(root, path));
      expected.delete(path);
    }
  };
  return { mutate, expected, everWritten };
}

/** What of `expected` is missing or different below `root`, as lines. */
export function missingFrom(root: string, expected: ReadonlyMap<string, string>): string[] {
  const lines: string[] = [];
  for (const [path, hash] of expected) {
    try {
      if (sha256(readFileSync(join(root, path))) !== hash) lines.push(`other bytes: ${path}`);
    } catch {
      lines.push(`missing: ${path}`);
    }
  }
  return lines;
}
