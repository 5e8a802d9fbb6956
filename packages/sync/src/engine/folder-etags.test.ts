import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

describe.each(['feed', 'etag-walk', 'listing'] as const)(
  'the etag of a folder, with a %s server',
  (discovery) => {
    it('R11 what others put into a folder while it is moved is seen', async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.mkdir('old');
      world.folder.disk.write('z', 'z');
      await world.sync();
      world.folder.disk.move('old', 'new');
      await world.syncAround(async (method, act) => {
        if (method === 'move') world.remote.server.write('old/theirs', 'of somebody else');
        return await act();
      });
      await world.sync();
      expect(world.local()).toEqual({ new: undefined, 'new/theirs': 'of somebody else', z: 'z' });
      expect(world.server()).toEqual(world.local());
    });

    it('R11 what others put into a folder right after it was made is seen', async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.mkdir('made');
      await world.syncAround(async (method, act) => {
        if (method !== 'mkdir') return await act();
        await act();
        world.remote.server.write('made/theirs', 'of somebody else');
        return await world.remote.stat('made');
      });
      await world.sync();
      expect(world.local()).toEqual({ made: undefined, 'made/theirs': 'of somebody else' });
      expect((await world.sync()).state).toBe('in-sync');
    });
  },
);
