import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import { killAfter } from '../testing/kill-after.ts';

const later: Record<string, (world: FakePair) => void> = {
  removed: ({ remote }) => remote.server.remove('a'),
  'moved, and another file took its place': ({ remote }) => {
    remote.server.move('a', 'b');
    remote.server.write('a', 'another file');
  },
  'moved into a new folder that has its name': ({ remote }) => {
    remote.server.move('a', 'b');
    remote.server.mkdir('a');
    remote.server.move('b', 'a/b');
  },
  'replaced by another file': ({ remote }) => {
    remote.server.remove('a');
    remote.server.write('a', 'another file');
  },
};

describe.each(['feed', 'etag-walk'] as const)(
  'fetched right before a kill, with a %s server',
  (discovery) => {
    for (const [what, change] of Object.entries(later)) {
      it(`R7 a new file that was then ${what} is no conflict`, async () => {
        using world = new FakePair({ discovery });
        world.folder.disk.write('z', 'something else');
        await world.sync();
        world.remote.server.write('a', 'from there', { mtime: { s: 1_600_000_000, ns: 0 } });
        expect(await killAfter(world, 'place')).toBe(true);
        expect(world.local()).toMatchObject({ a: 'from there' });
        change(world);
        const report = await world.sync();
        expect(report).toMatchObject({ state: 'changed', conflicts: [], problems: [] });
        expect(world.local()).toEqual(world.server());
        expect((await world.sync()).state).toBe('in-sync');
      });
    }

    it('R1 a file of the same bytes that somebody made here stays', async () => {
      using world = new FakePair({ discovery });
      world.remote.server.write('a', 'from there', { mtime: { s: 1_600_000_000, ns: 0 } });
      expect(await killAfter(world, 'place')).toBe(true);
      world.folder.disk.remove('a');
      world.folder.disk.write('a', 'from there');
      world.remote.server.remove('a');
      await world.sync();
      expect(world.local()).toEqual({ a: 'from there' });
      expect(world.server()).toEqual({ a: 'from there' });
    });
  },
);
