import { AppError, isWithin, type TreePath } from '@holdfast/base';
import type { MemoryServer } from '@holdfast/client/testing';
import type { MemoryDisk } from '@holdfast/localfs/testing';

/** A tree that a person works in: every file with its text, every folder as `undefined`. */
export type PlainTree = ReadonlyMap<TreePath, string | undefined>;

/** How many files are at a path of a tree, or below it. */
export function filesBelow(tree: PlainTree, path: TreePath): number {
  let count = 0;
  for (const [one, text] of tree) if (text !== undefined && isWithin(one, path)) count += 1;
  return count;
}

/** Where people work. What is not possible is refused by an error, and nothing has changed then. */
export interface Place {
  readonly name: string;
  tree(): PlainTree | Promise<PlainTree>;
  write(path: TreePath, text: string, executable?: boolean): unknown;
  mkdir(path: TreePath): unknown;
  /** What is at `to` is lost. */
  move(from: TreePath, to: TreePath): unknown;
  remove(path: TreePath): unknown;
}

/** The disk of a computer. A name that is another one's to this disk is refused. */
export function diskPlace(
  name: string,
  disk: MemoryDisk,
  onChange: (paths: readonly TreePath[]) => void = () => {},
): Place {
  const refuseAlike = (path: TreePath, except?: TreePath) => {
    const there = disk.find(path);
    if (there === undefined || (except !== undefined && there === disk.find(except))) return;
    if (!disk.tree().has(path)) throw new AppError('target-changed', { path });
  };
  return {
    name,
    tree: () => disk.tree(),
    write: (path, text, executable) => {
      refuseAlike(path);
      disk.write(path, text, executable === undefined ? {} : { executable });
      onChange([path]);
    },
    mkdir: (path) => {
      refuseAlike(path);
      disk.mkdir(path);
      onChange([path]);
    },
    move: (from, to) => {
      refuseAlike(to, from);
      const there = disk.find(to);
      if (there !== undefined && there !== disk.find(from)) disk.remove(to);
      disk.move(from, to);
      onChange([from, to]);
    },
    remove: (path) => {
      disk.remove(path);
      onChange([path]);
    },
  };
}

/** The web pages of a server. */
export function serverPlace(server: MemoryServer): Place {
  return {
    name: 'server',
    tree: () => server.tree(),
    write: (path, text, executable) =>
      server.write(path, text, executable === undefined ? {} : { executable }),
    mkdir: (path) => server.mkdir(path),
    move: (from, to) => {
      if (server.find(to) !== undefined) server.remove(to);
      server.move(from, to);
    },
    remove: (path) => server.remove(path),
  };
}
