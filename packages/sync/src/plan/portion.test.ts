import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import { modelPolicy } from '../testing/model-world.ts';
import { readLocal } from '../trees/read-local.ts';
import { emptyTrees, type Trees } from '../trees/trees.ts';
import { plan } from './plan.ts';

async function treesOf(...paths: string[]): Promise<Trees> {
  using world = new FakePair();
  for (const path of paths) world.folder.disk.write(path, 'four');
  const trees = emptyTrees();
  readLocal(trees, await world.folder.scan());
  return trees;
}

function uploads(trees: Trees, portion: number): (string | undefined)[] {
  const { ops } = plan(trees, modelPolicy, portion);
  return ops.filter(({ kind }) => kind === 'upload').map(({ item }) => item.local?.name);
}

describe('portions', () => {
  it('R8 plans some of very many new files, with all new folders, and says what is left', async () => {
    const trees = await treesOf(...['a', 'b', 'c', 'd'].flatMap((folder) => [`${folder}/1`, `${folder}/2`]));
    const { ops, later } = plan(trees, modelPolicy, 3);
    expect(ops.filter(({ kind }) => kind === 'mkdir')).toHaveLength(4);
    expect(ops.filter(({ kind }) => kind === 'upload')).toHaveLength(3);
    expect(later).toEqual({ files: 5, bytes: 20 });
    expect(plan(trees, modelPolicy).later).toEqual({ files: 0, bytes: 0 });
  });

  it('R8 goes on to the next portion when nothing of one can be done', async () => {
    const trees = await treesOf('a/1', 'a/2', 'a/3', 'b/4', 'b/5');
    const held = new Set([...trees.items.values()].filter(({ local }) => local?.name === 'a'));
    const { ops, later } = plan(trees, { ...modelPolicy, held }, 2);
    const names = ops.map(({ kind, item }) => `${kind} ${item.local?.name}`);
    expect(names).toContain('mkdir b');
    // The folder comes with every portion; with it done, the files are found whatever comes before them.
    for (const item of trees.items.values()) {
      if (item.local?.name === 'b') item.remote = { ...remoteLike(item), parent: trees.root };
    }
    expect(later.files).toBeGreaterThan(0);
    const next = plan(trees, { ...modelPolicy, held }, 2);
    expect(next.ops.map(({ item }) => item.local?.name)).toContain('b');
  });

  it('R13 plans names that are one to Unicode together, whatever the portion', async () => {
    const trees = await treesOf('1', '2', '3', 'caf\u00e9', 'cafe\u0301');
    expect(uploads(trees, 1)).toContain('caf\u00e9');
    const { problems } = plan(trees, modelPolicy, 1);
    expect(problems).toMatchObject([{ code: 'name-impossible' }]);
  });
});

function remoteLike({ local }: { readonly local: { readonly name: string } | undefined }) {
  const none = { id: '1', etag: 'e', size: 0, s: 0, ns: 0, executable: false, link: false };
  return { ...none, name: local?.name ?? '', permissions: undefined, sha1: undefined, sha: undefined };
}
