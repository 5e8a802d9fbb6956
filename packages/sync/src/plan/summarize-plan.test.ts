import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import type { PlanSummary } from './summarize-plan.ts';

async function planned(world: FakePair, options: { acceptNewServer?: boolean } = {}): Promise<PlanSummary> {
  const before = { local: world.local(), server: world.server() };
  const report = await world.sync({ planOnly: true, ...options });
  expect(report.stop).toBeUndefined();
  if (report.planned === undefined) throw new Error('no plan');
  expect({ local: world.local(), server: world.server() }).toEqual(before);
  return report.planned;
}

function words({ groups }: PlanSummary): string[] {
  return groups.map(({ count, noun, what, bytes }) => `${count} ${noun} ${what}, ${bytes}`);
}

describe('the plan of a first contact', () => {
  it('R2 tells that it makes the union: counts and bytes by kind, what differs, what is left out and why', async () => {
    using world = new FakePair();
    const { disk } = world.folder;
    const { server } = world.remote;
    disk.write('same', 'equal bytes');
    server.write('same', 'equal bytes');
    disk.write('differs', 'mine');
    server.write('differs', 'theirs, longer');
    disk.write('up/a', '12345');
    disk.write('up/b', '123');
    server.write('down/c', '1234567');
    disk.problems.set('link', { path: 'link', reason: 'symlink' });
    disk.problems.set('secret', { path: 'secret', reason: 'unreadable', code: 'EACCES' });
    disk.write('x.tmp', 'temporary');
    disk.write('.holdfastignore', '*.tmp\n');
    disk.problems.set('x.tmp', { path: 'x.tmp', reason: 'ignored' });
    const summary = await planned(world);
    expect(summary).toMatchObject({
      headline: 'Nothing is removed or replaced on either side.',
      replaced: 0,
      conflicts: [expect.stringContaining('"differs" was changed on both sides')],
    });
    expect(words(summary)).toEqual([
      '1 file differ on both sides: both versions are kept, the local one as a copy beside it, 0',
      expect.stringMatching(/^3 file go to the server, /),
      '1 file come here, 7',
      '1 folder are made on the server, 0',
      '1 folder are made here, 0',
      expect.stringMatching(/^1 file are on both sides and are compared first/),
    ]);
    const left = Object.fromEntries(summary.notSynced.map(({ path, reason }) => [path, reason]));
    expect(left).toMatchObject({
      link: 'A symbolic link: it is not followed.',
      secret: expect.stringContaining('cannot be read'),
      'x.tmp': expect.stringContaining('.holdfastignore'),
    });
    // And so it comes.
    const report = await world.sync();
    expect(report.counts).toMatchObject({ deletedLocal: 0, deletedRemote: 0, conflicts: 1 });
    expect(world.folder.history).toEqual([]);
  });

  it('with a restored server removes and replaces nothing', async () => {
    using world = new FakePair();
    for (const name of ['a', 'b', 'c']) world.folder.disk.write(name, `${name} at first`);
    await world.sync();
    world.remote.server.remove('a');
    world.remote.server.write('b', 'b of long ago');
    world.remote.server.epoch = 'restored';
    const stopped = { state: 'stopped', stop: { code: 'server-changed' } };
    expect(await world.sync()).toMatchObject(stopped);
    const summary = await planned(world, { acceptNewServer: true });
    expect(summary).toMatchObject({
      headline: 'Nothing is removed or replaced on either side.',
      replaced: 0,
    });
    expect(words(summary).join('\n')).toMatch(/1 file go to the server/);
    // Nothing was accepted by looking at the plan.
    expect(await world.sync()).toMatchObject(stopped);
    expect((await world.sync({ acceptNewServer: true })).counts).toMatchObject({
      deletedLocal: 0,
      deletedRemote: 0,
    });
    expect(Object.values(world.local())).toEqual(
      expect.arrayContaining(['a at first', 'b at first', 'b of long ago']),
    );
  });
});

describe('the plan of a later run', () => {
  it('tells how much is removed and replaced on which side', async () => {
    using world = new FakePair();
    for (const name of ['a', 'b', 'd/c', 'd/e', 'f', 'g']) world.folder.disk.write(name, 'at first');
    await world.sync();
    world.folder.disk.write('a', 'edited here');
    world.remote.server.write('b', 'edited there');
    world.folder.disk.remove('d');
    world.remote.server.remove('f');
    world.folder.disk.move('g', 'h');
    const summary = await planned(world);
    expect(summary.headline).toBe('5 files are removed or replaced.');
    expect(words(summary)).toEqual([
      '1 file replace what is on the server, 11',
      '1 file replace what is here, which stays in the local history, 12',
      '1 file are removed here and stay in the local history, 0',
      '2 file are removed on the server, 0',
      '1 item are moved or renamed on the server, 0',
    ]);
  });

  it('with nothing to do says so', async () => {
    using world = new FakePair();
    world.folder.disk.write('a', 'a');
    await world.sync();
    expect(await planned(world)).toMatchObject({
      headline: 'Nothing to do: both sides are equal.',
      groups: [],
    });
  });
});
