import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

const servers = [{ discovery: 'feed' }, { discovery: 'etag-walk' }, { discovery: 'listing' }] as const;

describe.each(servers)('conflict copies, with a $discovery server', ({ discovery }) => {
  it('keep the extension, and a conflict about a copy gives another copy of the file', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a.txt', 'first');
    await world.sync();
    world.folder.disk.write('a.txt', 'mine');
    world.remote.server.write('a.txt', 'theirs');
    await world.sync();
    const [copy = ''] = Object.keys(world.server()).filter((path) => path !== 'a.txt');
    expect(copy).toMatch(/^a \(conflict .*\)\.txt$/);
    world.folder.disk.write(copy, 'mine again');
    world.remote.server.write(copy, 'theirs again');
    await world.sync();
    expect(Object.keys(world.server())).toHaveLength(3);
    for (const path of Object.keys(world.server()))
      expect(path.split('conflict')).toHaveLength(path === 'a.txt' ? 1 : 2);
    expect(Object.values(world.server()).sort()).toEqual(
      ['mine', 'mine again', 'theirs', 'theirs again'].slice(1),
    );
  });

  it('R1 are not made again of what is there as one already', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a.txt', 'first');
    await world.sync();
    world.folder.disk.write('a.txt', 'mine!');
    world.remote.server.write('a.txt', 'theirs');
    world.remote.server.write('a (conflicted copy 2026-01-01 101112).txt', 'mine!');
    const report = await world.sync();
    expect(report.problems).toEqual([]);
    const again = await world.sync();
    expect(again.problems).toEqual([]);
    const copies = Object.entries(world.server()).filter(([path]) => path !== 'a.txt');
    // Where the server tells no hashes, what is in the other copy is known only once it is here.
    if (discovery === 'feed')
      expect(copies).toEqual([['a (conflicted copy 2026-01-01 101112).txt', 'mine!']]);
    for (const [, text] of copies) expect(text).toBe('mine!');
    expect(world.local()).toEqual(world.server());
    expect(world.local()['a.txt']).toBe('theirs');
  });

  it('of two clients with the same edit are one', async () => {
    using one = new FakePair({ discovery });
    using two = new FakePair({ discovery, clock: one.clock, server: one.remote.server });
    one.folder.disk.write('a.txt', 'first');
    await one.sync();
    await two.sync();
    one.folder.disk.write('a.txt', 'same edit');
    two.folder.disk.write('a.txt', 'same edit');
    one.remote.server.write('a.txt', 'theirs');
    await one.sync();
    // The second one learns of the copy of the first before it comes to its own file.
    await two.sync();
    await one.sync();
    expect(one.local()).toEqual(one.server());
    expect(two.local()).toEqual(two.server());
    expect(one.server()['a.txt']).toBe('theirs');
    if (discovery === 'feed') expect(Object.keys(one.server())).toHaveLength(2);
  });
});
