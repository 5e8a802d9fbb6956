import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

describe.each(['feed', 'etag-walk', 'listing'] as const)('sync with a %s server', (discovery) => {
  it('brings files both ways, and then has nothing to do', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a/b.txt', 'here');
    world.folder.disk.mkdir('empty');
    world.remote.server.write('c/d.txt', 'there');
    const first = await world.sync();
    expect(first).toMatchObject({ state: 'changed', counts: { uploaded: 1, downloaded: 1, problems: 0 } });
    expect(world.local()).toEqual(world.server());
    expect(world.local()).toEqual({
      a: undefined,
      'a/b.txt': 'here',
      c: undefined,
      'c/d.txt': 'there',
      empty: undefined,
    });
    const second = await world.sync();
    expect(second).toMatchObject({ state: 'in-sync', filesEqual: 2, foldersEqual: 3, problems: [] });
  });

  it('carries edits, deletes and moves to the other side', async () => {
    using world = new FakePair({ discovery });
    for (const name of ['a', 'b', 'c', 'd']) world.folder.disk.write(`f/${name}`, name);
    await world.sync();
    world.folder.disk.write('f/a', 'edited here');
    world.folder.disk.remove('f/b');
    world.folder.disk.move('f/c', 'moved');
    world.remote.server.write('f/d', 'edited there');
    const report = await world.sync();
    expect(report.state).toBe('changed');
    expect(world.server()).toEqual({ f: undefined, 'f/a': 'edited here', 'f/d': 'edited there', moved: 'c' });
    expect(world.local()).toEqual(world.server());
    world.remote.server.remove('f');
    world.remote.server.move('moved', 'again');
    expect((await world.sync()).state).toBe('changed');
    expect(world.local()).toEqual({ again: 'c' });
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('R3 keeps both versions of a file that was changed on both sides', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a.txt', 'one');
    await world.sync();
    world.folder.disk.write('a.txt', 'from here');
    world.remote.server.write('a.txt', 'from over there');
    const report = await world.sync();
    expect(report.conflicts).toMatchObject([{ kind: 'edit-edit', path: 'a.txt' }]);
    expect(Object.values(world.local()).sort()).toEqual(['from here', 'from over there']);
    expect(world.local()['a.txt']).toBe('from over there');
    expect(world.local()).toEqual(world.server());
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('R3 lets an edit win against a delete', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('f/a', 'one');
    world.folder.disk.write('f/b', 'two');
    world.folder.disk.write('c', 'three');
    await world.sync();
    world.folder.disk.write('f/a', 'edited');
    world.remote.server.remove('f');
    world.remote.server.write('c', 'changed');
    world.folder.disk.remove('c');
    const report = await world.sync();
    expect(world.local()).toEqual({ c: 'changed', f: undefined, 'f/a': 'edited' });
    expect(world.server()).toEqual(world.local());
    expect(report.conflicts.map((one) => one.kind)).toEqual(['edit-delete', 'edit-delete']);
  });

  it('R2 makes the union on first contact, without a transfer of what is equal', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('same', 'equal bytes');
    world.folder.disk.write('only here', '1');
    world.folder.disk.write('differs', 'a');
    world.remote.server.write('same', 'equal bytes');
    world.remote.server.write('only there', '2');
    world.remote.server.write('differs', 'b');
    const report = await world.sync();
    expect(report.counts).toMatchObject({ deletedLocal: 0, deletedRemote: 0, conflicts: 1 });
    expect(world.local()).toEqual(world.server());
    expect(world.local()).toMatchObject({
      same: 'equal bytes',
      'only here': '1',
      'only there': '2',
      differs: 'b',
    });
    expect(Object.values(world.local())).toContain('a');
    expect(report.counts.uploaded).toBe(2);
    expect(report.counts.downloaded).toBe(2);
  });

  it('R15 stops before it removes or replaces more than a person expects', async () => {
    using world = new FakePair({ discovery });
    for (let i = 0; i < 100; i += 1) world.folder.disk.write(`d${i % 5}/${i}`, String(i));
    await world.sync();
    for (let i = 0; i < 40; i += 1) world.folder.disk.remove(`d${i % 5}/${i}`);
    const stopped = await world.sync();
    expect(stopped).toMatchObject({ state: 'stopped', stop: { code: 'mass-change' } });
    expect(stopped.stop?.steps).toHaveLength(40);
    expect(Object.keys(world.server())).toHaveLength(105);
    expect((await world.sync({ allowMassChange: true })).state).toBe('changed');
    expect(world.server()).toEqual(world.local());
  });

  it('plans without changing anything', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a', '1');
    world.remote.server.write('b/c', '2');
    const report = await world.sync({ planOnly: true });
    expect(report.state).toBe('planned');
    expect(report.plan?.map((step) => step.sentence)).toEqual([
      'Make the folder "b" here.',
      'Upload "a" (1 bytes).',
      'Download "b/c" (1 bytes).',
    ]);
    expect(world.local()).toEqual({ a: '1' });
    expect(world.server()).toEqual({ b: undefined, 'b/c': '2' });
  });
});
