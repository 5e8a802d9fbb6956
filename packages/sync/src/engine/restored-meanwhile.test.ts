import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

describe.each(['feed', 'etag-walk'] as const)('a %s server that is restored from a backup', (discovery) => {
  it('R4 is noticed by a client that has been running since before', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('old', 'in the backup');
    await world.sync();
    const backup = new Map(Object.entries(world.server()));
    world.folder.disk.write('new', 'after the backup');
    await world.sync();
    world.remote.server.restore(backup);
    expect(await world.sync()).toMatchObject({ state: 'stopped', stop: { code: 'server-changed' } });
    expect(world.local()).toEqual({ old: 'in the backup', new: 'after the backup' });
    expect((await world.sync({ acceptNewServer: true })).state).toBe('changed');
    expect(world.server()).toEqual({ old: 'in the backup', new: 'after the backup' });
  });

  it('R4 is noticed in the middle of a run', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('old', 'in the backup');
    await world.sync();
    const backup = new Map(Object.entries(world.server()));
    world.folder.disk.write('new', 'after the backup');
    await world.sync();
    world.remote.server.write('there', 'from there');
    const report = await world.syncAround(async (method, act) => {
      if (method !== 'read') return await act();
      world.remote.server.restore(backup);
      return await act();
    });
    expect(report).toMatchObject({ state: 'stopped', stop: { code: 'server-changed' } });
    expect(world.local()).toEqual({ old: 'in the backup', new: 'after the backup' });
  });
});
