import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

describe.each(['feed', 'etag-walk', 'listing'] as const)('files that meet, with a %s server', (discovery) => {
  it('R11 one that is renamed here before it was compared is at one place on both sides', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('met', 'the same bytes');
    world.remote.server.write('met', 'the same bytes');
    let first = true;
    await world.syncAround(async (method, act) => {
      if (method === 'hash' && first) {
        first = false;
        world.folder.disk.move('met', 'renamed');
      }
      return await act();
    });
    await world.sync();
    expect((await world.sync()).state).toBe('in-sync');
    expect(world.local()).toEqual(world.server());
    expect(Object.values(world.server())).toContain('the same bytes');
  });
});
