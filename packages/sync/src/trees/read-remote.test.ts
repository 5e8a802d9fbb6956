import type { RemoteChange, RemoteEntry } from '@holdfast/client';
import { describe, expect, it } from 'vitest';
import { collectRemote } from './collect-remote.ts';
import { pathOf } from './item.ts';
import { readRemote } from './read-remote.ts';
import { emptyTrees, type Trees } from './trees.ts';

function entry(path: string, id: string, kind: 'file' | 'folder' = 'file', etag = `e-${id}`): RemoteChange {
  const value: RemoteEntry = {
    path,
    id,
    kind,
    etag,
    size: kind === 'file' ? 1 : 0,
    mtime: { s: 1, ns: 0 },
    checksums: [],
    executable: false,
    permissions: undefined,
  };
  return { type: 'entry', entry: value };
}

const gone = (path: string, id?: string): RemoteChange => ({ type: 'gone', path, id });

async function read(trees: Trees, whole: boolean, ...changes: RemoteChange[]): Promise<string[]> {
  const stream = async function* () {
    yield* changes;
    yield { type: 'end', cursor: '1', whole } as const;
  };
  readRemote(trees, await collectRemote(stream()), true);
  return [...trees.items.values()]
    .filter((item) => item.remote !== undefined)
    .map((item) => `${pathOf(item, 'remote')}#${item.remote?.id}`)
    .sort();
}

async function started(): Promise<Trees> {
  const trees = emptyTrees();
  await read(
    trees,
    true,
    entry('f', '1', 'folder'),
    entry('f/a', '2'),
    entry('g', '3', 'folder'),
    entry('g/b', '4'),
  );
  return trees;
}

describe('a reading of the change feed', () => {
  it('leaves what is not named as it was', async () => {
    expect(await read(await started(), false)).toEqual(['f#1', 'f/a#2', 'g#3', 'g/b#4']);
  });

  it('takes for gone what something of another kind has the place of, though nothing was said of it', async () => {
    expect(await read(await started(), false, entry('f/a', '5', 'folder'), entry('f/a/c', '6'))).toEqual([
      'f#1',
      'f/a#5',
      'f/a/c#6',
      'g#3',
      'g/b#4',
    ]);
    expect(await read(await started(), false, entry('f', '5'))).toEqual(['f#5', 'g#3', 'g/b#4']);
  });

  it('R12 moves a folder with everything in it', async () => {
    expect(await read(await started(), false, entry('g/h', '1', 'folder'))).toEqual([
      'g#3',
      'g/b#4',
      'g/h#1',
      'g/h/a#2',
    ]);
  });

  it('takes away a folder with everything in it but what was moved out', async () => {
    expect(await read(await started(), false, entry('g/a', '2'), gone('f', '1'))).toEqual([
      'g#3',
      'g/a#2',
      'g/b#4',
    ]);
  });

  it('does not keep what was in a folder that another one has replaced', async () => {
    const trees = await started();
    expect(await read(trees, false, gone('f', '1'), entry('f', '9', 'folder'), entry('f/n', '8'))).toEqual([
      'f#9',
      'f/n#8',
      'g#3',
      'g/b#4',
    ]);
  });

  it('does not keep what was in a folder that is told anew, but what is named with it', async () => {
    expect(await read(await started(), false, gone('f', '1'), entry('f', '1', 'folder'))).toEqual([
      'f#1',
      'g#3',
      'g/b#4',
    ]);
  });

  it('keeps what is in a folder that moved into a new one', async () => {
    const trees = await started();
    const shown = await read(
      trees,
      false,
      gone('g', '3'),
      entry('g', '9', 'folder'),
      entry('g/f', '1', 'folder'),
    );
    expect(shown).toEqual(['g#9', 'g/f#1', 'g/f/a#2']);
  });

  it('believes the last word: named first and gone later is gone, with what is in it', async () => {
    const trees = await started();
    expect(
      await read(trees, false, entry('f/n', '7'), entry('f', '1', 'folder', 'x'), gone('f', '1')),
    ).toEqual(['g#3', 'g/b#4']);
  });

  it('knows two that have changed places', async () => {
    const trees = await started();
    expect(await read(trees, false, entry('g', '1', 'folder'), entry('f', '3', 'folder'))).toEqual([
      'f#3',
      'f/b#4',
      'g#1',
      'g/a#2',
    ]);
  });

  it('R4 refuses an entry without its folder, an end too early, and a whole listing that names what is gone', async () => {
    const doubtful = { code: 'listing-doubtful' };
    await expect(read(await started(), false, entry('nowhere/x', '7'))).rejects.toMatchObject(doubtful);
    await expect(read(await started(), true, gone('f', '1'))).rejects.toMatchObject(doubtful);
    const cutOff = async function* () {
      yield entry('f', '1', 'folder');
    };
    await expect(collectRemote(cutOff())).rejects.toMatchObject(doubtful);
    const more = async function* (): AsyncGenerator<RemoteChange> {
      yield { type: 'end', cursor: '1', whole: true };
      yield entry('f', '1', 'folder');
    };
    await expect(collectRemote(more())).rejects.toMatchObject(doubtful);
  });
});

describe('a reading of everything', () => {
  it('takes away what is not named', async () => {
    expect(await read(await started(), true, entry('g', '3', 'folder'))).toEqual(['g#3']);
  });

  it('keeps what is below a folder that is the same, and what moved out of it elsewhere', async () => {
    const trees = await started();
    const shown = await read(
      trees,
      true,
      { type: 'unchanged', path: 'f' },
      entry('g', '3', 'folder'),
      entry('g/a', '2'),
    );
    expect(shown).toEqual(['f#1', 'g#3', 'g/a#2']);
  });
});
