import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import { ModelWorld, modelPolicy } from '../testing/model-world.ts';
import { windowsNames } from './name-rules.ts';

const servers = [{ discovery: 'feed' }, { discovery: 'etag-walk' }, { discovery: 'listing' }] as const;

/** Syncs as the system of that name does, and then once more to see that nothing is left to do. */
async function syncAs(world: FakePair, platform: string) {
  const report = await world.sync({ platform });
  const again = await world.sync({ platform });
  expect(again.counts).toMatchObject({
    uploaded: 0,
    downloaded: 0,
    moved: 0,
    deletedLocal: 0,
    deletedRemote: 0,
  });
  return report;
}

const table = [
  ['win32', 'a:b.txt', 'a%3Ab.txt'],
  ['win32', 'what?', 'what%3F'],
  ['win32', 'CON', '%43ON'],
  ['win32', 'lpt1.txt', '%6Cpt1.txt'],
  ['win32', 'ends in a dot.', 'ends in a dot%2E'],
  ['win32', 'ends in a space ', 'ends in a space%20'],
  ['win32', 'back\\slash', 'back%5Cslash'],
  ['win32', '100%', '100%'],
  ['darwin', 'a:b', 'a%3Ab'],
  ['darwin', 'what?', 'what?'],
  ['linux', 'a:b?', 'a:b?'],
] as const;

describe.each(servers)('R13 names, with a $discovery server', ({ discovery }) => {
  it.each(table)(
    'on %s the file %j is %j here, and keeps its own name there',
    async (platform, there, here) => {
      using world = new FakePair({ discovery });
      world.remote.server.write(there, 'first');
      world.remote.server.write(`folder ${there}/${there}`, 'deep');
      const report = await syncAs(world, platform);
      expect(report.problems).toEqual([]);
      const folder =
        Object.keys(world.local()).find((path) => path.startsWith('folder') && !path.includes('/')) ?? '';
      expect(world.local()).toMatchObject({ [here]: 'first', [`${folder}/${here}`]: 'deep' });
      expect(report.mapped.filter(({ remote }) => remote === there)).toEqual(
        here === there ? [] : [{ local: here, remote: there }],
      );
      world.folder.disk.write(here, 'edited here');
      await syncAs(world, platform);
      expect(world.server()[there]).toBe('edited here');
      world.remote.server.write(there, 'edited there');
      await syncAs(world, platform);
      expect(world.local()[here]).toBe('edited there');
      rmSync(world.stateDir, { recursive: true });
      const lost = await syncAs(world, platform);
      expect(lost).toMatchObject({ problems: [], conflicts: [], counts: { uploaded: 0, deletedRemote: 0 } });
      world.folder.disk.move(here, 'plain');
      await syncAs(world, platform);
      expect(world.server().plain).toBe('edited there');
      world.remote.server.move('plain', there);
      await syncAs(world, platform);
      expect(world.local()[here]).toBe('edited there');
      world.folder.disk.remove(here);
      await syncAs(world, platform);
      expect(world.server()[there]).toBeUndefined();
    },
  );

  it.each([
    ['win32', 'a:b', 'a%3Ab'],
    ['win32', 'README', 'readme'],
    ['darwin', 'Stra\u00dfe', 'STRA\u00dfE'],
    ['linux', 'caf\u00e9', 'cafe\u0301'],
  ])(
    'on %s %j and %j are one name: one stays away, visibly, and neither is removed',
    async (platform, a, b) => {
      using world = new FakePair({ discovery, disk: { caseSensitive: platform === 'linux' } });
      world.remote.server.write(a, 'one');
      world.remote.server.write(b, 'two');
      world.remote.server.write('other', 'other');
      const report = await syncAs(world, platform);
      expect(report.state).toBe('problems');
      expect(report.problems).toMatchObject([{ code: 'name-impossible', side: 'local' }]);
      expect(Object.keys(world.local())).toHaveLength(2);
      expect(world.server()).toMatchObject({ [a]: 'one', [b]: 'two' });
      world.remote.server.move(b, 'renamed');
      expect((await syncAs(world, platform)).problems).toEqual([]);
      expect(Object.values(world.local()).sort()).toEqual(['one', 'other', 'two']);
    },
  );

  it('that the server refuses get another one there, which is shown, and are edited and removed under it', async () => {
    const names = { characters: ':*', names: ['.htaccess'], basenames: [], extensions: [], windows: false };
    using world = new FakePair({ discovery, names });
    world.folder.disk.write('a:b/.htaccess', 'rules');
    world.folder.disk.write('plain', 'p');
    const planned = await world.sync({ planOnly: true });
    const report = await syncAs(world, 'linux');
    expect(planned.mapped).toEqual(report.mapped);
    expect(report).toMatchObject({ problems: [], conflicts: [] });
    expect(world.server()).toEqual({ 'a%3Ab': undefined, 'a%3Ab/%2Ehtaccess': 'rules', plain: 'p' });
    expect(report.mapped).toEqual([
      { local: 'a:b', remote: 'a%3Ab' },
      { local: 'a:b/.htaccess', remote: 'a%3Ab/%2Ehtaccess' },
    ]);
    world.remote.server.write('a%3Ab/%2Ehtaccess', 'edited');
    await syncAs(world, 'linux');
    expect(world.local()['a:b/.htaccess']).toBe('edited');
    rmSync(world.stateDir, { recursive: true });
    expect(await syncAs(world, 'linux')).toMatchObject({
      conflicts: [],
      counts: { uploaded: 0, downloaded: 0 },
    });
    world.folder.disk.move('a:b', 'c*d');
    await syncAs(world, 'linux');
    expect(Object.keys(world.server())).toEqual(['c%2Ad', 'c%2Ad/%2Ehtaccess', 'plain']);
    world.folder.disk.remove('c*d');
    await syncAs(world, 'linux');
    expect(world.server()).toEqual({ plain: 'p' });
  });

  it('a rename of case alone goes both ways on a disk that does not tell case', async () => {
    using world = new FakePair({ discovery, disk: { caseSensitive: false } });
    world.folder.disk.write('Readme/Notes.txt', 'n');
    await syncAs(world, 'win32');
    world.folder.disk.move('Readme', 'README');
    const here = await syncAs(world, 'win32');
    expect(here).toMatchObject({ problems: [], conflicts: [] });
    expect(Object.keys(world.server())).toEqual(['README', 'README/Notes.txt']);
    world.remote.server.move('README/Notes.txt', 'README/notes.txt');
    const there = await syncAs(world, 'win32');
    expect(there).toMatchObject({ problems: [], conflicts: [] });
    expect(Object.keys(world.local())).toEqual(['README', 'README/notes.txt']);
  });

  it('decomposed here and composed there are one file, also after the journal was lost', async () => {
    using world = new FakePair({ discovery, disk: { decomposes: true } });
    world.remote.server.write('caf\u00e9/\u00fc.txt', 'first');
    expect((await syncAs(world, 'darwin')).problems).toEqual([]);
    expect(world.local()).toEqual({ 'cafe\u0301': undefined, 'cafe\u0301/u\u0308.txt': 'first' });
    world.folder.disk.write('cafe\u0301/u\u0308.txt', 'edited');
    await syncAs(world, 'darwin');
    expect(world.server()).toEqual({ 'caf\u00e9': undefined, 'caf\u00e9/\u00fc.txt': 'edited' });
    rmSync(world.stateDir, { recursive: true });
    const report = await syncAs(world, 'darwin');
    expect(report).toMatchObject({ problems: [], conflicts: [], counts: { uploaded: 0 } });
    world.folder.disk.move('cafe\u0301/u\u0308.txt', 'cafe\u0301/o\u0308.txt');
    await syncAs(world, 'darwin');
    expect(Object.keys(world.server())).toHaveLength(2);
    world.remote.server.move('caf\u00e9', 'th\u00e9');
    await syncAs(world, 'darwin');
    expect(Object.keys(world.local())).toEqual(['the\u0301', 'the\u0301/o\u0308.txt']);
  });
});

it('R13 names that are too long for the server get shorter ones there, and stay what they are', () => {
  const world = new ModelWorld(true);
  // Windows counts letters; the server counts bytes.
  const settings = { ...modelPolicy, localNames: windowsNames };
  const [short, long] = [`${'\u6f22'.repeat(80)}.txt`, `${'\u6f22'.repeat(90)}.txt`];
  const order = [][Symbol.iterator]();
  world.model.local.create('', short, false, 'fits', 1);
  const { id } = world.model.local.create('', long, false, 'does not', 1);
  expect(world.converge(order, settings).problems).toBe(0);
  const [there] = [...world.model.remote.nodes.values()].filter(({ content }) => content === 'does not');
  expect(there?.name).toMatch(/~[0-9a-f]{8}\.txt$/);
  expect(world.model.remote.has('', short)).toBe(true);
  world.model.remote.edit(there?.id ?? '', 'edited there', 2);
  world.converge(order, settings);
  expect(world.model.local.get(id)).toMatchObject({ name: long, content: 'edited there' });
  // Nothing is known any more of what was agreed on.
  const again = new ModelWorld(true);
  for (const side of ['local', 'remote'] as const) {
    for (const [key, node] of world.model[side].nodes) again.model[side].nodes.set(key, node);
  }
  expect(again.converge(order, settings)).toMatchObject({ problems: 0 });
  expect(again.model.local.nodes.size + again.model.remote.nodes.size).toBe(4);
});
