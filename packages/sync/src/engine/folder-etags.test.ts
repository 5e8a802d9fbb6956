import type { RemoteChange } from '@holdfast/client';
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

    it('R11 a folder that another one took the place of while it is moved is found again with what is in it', async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.mkdir('old/inner');
      world.folder.disk.write('z', 'z');
      await world.sync();
      world.folder.disk.move('old', 'new');
      let first = true;
      await world.syncAround(async (method, act) => {
        if (method === 'move' && first) {
          first = false;
          world.remote.server.move('old', 'elsewhere');
          world.remote.server.write('old', 'a file of somebody else');
        }
        return await act();
      });
      await world.sync();
      expect((await world.sync()).state).toBe('in-sync');
      expect(world.local()).toEqual(world.server());
      expect(Object.keys(world.server()).some((path) => path.endsWith('/inner'))).toBe(true);
    });

    it('R11 an empty answer at the first contact hides nothing for ever', async () => {
      using world = new FakePair({ discovery });
      world.remote.server.mkdir('theirs');
      await world.syncAround(async (method, act) => {
        const result = await act();
        return method === 'changes' ? emptied(result as AsyncIterable<RemoteChange>) : result;
      });
      await world.sync();
      expect(world.local()).toEqual({ theirs: undefined });
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

async function* emptied(changes: AsyncIterable<RemoteChange>): AsyncGenerator<RemoteChange> {
  for await (const change of changes) {
    if (change.type === 'entry' && change.entry.path === '') yield change;
    if (change.type === 'end') yield { ...change, cursor: undefined };
  }
}
