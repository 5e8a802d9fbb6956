import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import { killAfter } from '../testing/kill-after.ts';

type World = FakePair;

/** Synced to the end without a conflict, and nothing is left to do. */
async function settles(world: World, expected: Record<string, string | undefined>): Promise<void> {
  const report = await world.sync();
  expect(report.conflicts).toEqual([]);
  expect(report.problems).toEqual([]);
  expect(world.local()).toEqual(expected);
  expect(world.server()).toEqual(expected);
  expect((await world.sync()).state).toBe('in-sync');
}

/** Saved as many programs do: written beside and renamed over it. */
function saveBeside(world: World, path: string, text: string): void {
  world.folder.disk.write(`${path}.tmp`, text);
  world.folder.disk.move(`${path}.tmp`, path);
}

describe.each(['feed', 'etag-walk', 'listing'] as const)(
  'killed after the effect, with a %s server',
  (discovery) => {
    const edits = {
      'an edit': (world: World) => world.folder.disk.write('a', 'the last edit'),
      'an edit of the same length': (world: World) => world.folder.disk.write('a', 'THE SECOND'),
      'a save by renaming': (world: World) => saveBeside(world, 'a', 'the last edit'),
      'a rename': (world: World) => world.folder.disk.move('a', 'b'),
      'a move into a new folder': (world: World) => {
        world.folder.disk.mkdir('d');
        world.folder.disk.move('a', 'd/a');
      },
    };
    for (const [what, edit] of Object.entries(edits)) {
      it(`R7 ${what} after the upload of a new file is no conflict with oneself`, async () => {
        using world = new FakePair({ discovery });
        world.folder.disk.write('z', 'something else');
        await world.sync();
        world.folder.disk.write('a', 'the second');
        expect(await killAfter(world, 'write')).toBe(true);
        expect(world.server()).toMatchObject({ a: 'the second' });
        world.clock.advance(60_000);
        edit(world);
        await settles(world, world.local());
      });

      it(`R7 ${what} after the upload of an edit is no conflict with oneself`, async () => {
        using world = new FakePair({ discovery });
        world.folder.disk.write('a', 'one');
        await world.sync();
        world.clock.advance(60_000);
        world.folder.disk.write('a', 'the second');
        expect(await killAfter(world, 'write')).toBe(true);
        expect(world.server()).toEqual({ a: 'the second' });
        world.clock.advance(60_000);
        edit(world);
        await settles(world, world.local());
      });
    }

    it('R7 whatever is edited and renamed after a kill at any call, nobody is in conflict with himself', async () => {
      for (let nth = 1; ; nth += 1) {
        using world = new FakePair({ discovery });
        const { disk } = world.folder;
        for (const name of ['edit', 'beside', 'move', 'dir/1', 'dir/2']) disk.write(name, `${name} at first`);
        await world.sync();
        world.clock.advance(60_000);
        disk.write('edit', 'second');
        disk.write('beside', 'second, too');
        disk.move('move', 'moved');
        disk.move('dir', 'renamed');
        disk.write('new', 'first');
        disk.write('made/deep/new', 'first of all');
        const killed = await killAfter(world, undefined, nth);
        world.clock.advance(60_000);
        disk.write('edit', 'third of it');
        saveBeside(world, 'beside', 'third, also');
        disk.move('moved', 'moved again');
        disk.move('renamed', 'again');
        disk.write('again/1', 'edited');
        disk.write('new', 'again');
        disk.move('made', 'renamed after');
        await settles(world, world.local());
        if (killed) continue;
        expect(nth).toBeGreaterThan(15);
        break;
      }
    });

    it('R7 the first upload of all, into a folder that was made with it', async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('d/e/a', 'the first');
      expect(await killAfter(world, 'write')).toBe(true);
      world.clock.advance(60_000);
      world.folder.disk.write('d/e/a', 'the second');
      world.folder.disk.move('d', 'f');
      await settles(world, { f: undefined, 'f/e': undefined, 'f/e/a': 'the second' });
    });

    it('R7 a folder that is renamed after it was made on the server is the same folder', async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('z', 'something else');
      await world.sync();
      world.folder.disk.mkdir('d');
      expect(await killAfter(world, 'mkdir')).toBe(true);
      expect(world.server()).toHaveProperty('d');
      world.folder.disk.move('d', 'e');
      world.folder.disk.write('e/a', 'new');
      await settles(world, { e: undefined, 'e/a': 'new', z: 'something else' });
    });

    it('R7 a rename after a rename that reached the server is no conflict with oneself', async () => {
      using world = new FakePair({ discovery });
      for (const name of ['a', 'd/1', 'd/2']) world.folder.disk.write(name, `text of ${name}`);
      await world.sync();
      world.clock.advance(60_000);
      world.folder.disk.move('a', 'b');
      expect(await killAfter(world, 'move')).toBe(true);
      expect(world.server()).toHaveProperty('b');
      world.folder.disk.move('b', 'c');
      await settles(world, world.local());
      world.folder.disk.move('c', 'a');
      expect(await killAfter(world, 'move')).toBe(true);
      saveBeside(world, 'a', 'saved');
      await settles(world, world.local());
      expect(world.server()).toMatchObject({ a: 'saved' });
    });

    it('R7 R1 what another one has written there in the meantime is a conflict, and both are kept', async () => {
      for (const first of ['new', 'edit'] as const) {
        using world = new FakePair({ discovery });
        world.folder.disk.write(first === 'edit' ? 'a' : 'z', 'at first');
        await world.sync();
        world.clock.advance(60_000);
        world.folder.disk.write('a', 'sent and lost');
        expect(await killAfter(world, 'write')).toBe(true);
        world.clock.advance(60_000);
        // As long as what was sent.
        world.remote.server.write('a', 'of another !!');
        world.folder.disk.write('a', 'the last edit');
        const report = await world.sync();
        expect(report.conflicts).toMatchObject([{ kind: 'edit-edit', path: 'a' }]);
        expect(world.server()).toMatchObject({ a: 'of another !!' });
        expect(Object.values(world.server())).toContain('the last edit');
        expect(world.local()).toEqual(world.server());
        expect((await world.sync()).state).toBe('in-sync');
      }
    });

    it('R7 R1 an upload that did not come through and another one did is a conflict', async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('a', 'at first');
      await world.sync();
      world.clock.advance(60_000);
      world.folder.disk.write('a', 'never sent');
      expect(await killAfter(world, 'read')).toBe(true);
      world.remote.server.write('a', 'of another');
      world.folder.disk.write('a', 'the last edit');
      const report = await world.sync();
      expect(report.conflicts).toHaveLength(1);
      expect(Object.values(world.server()).sort()).toEqual(['of another', 'the last edit']);
    });

    it('R2 what was sent and then removed here is not removed because of an intent', async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('z', 'something else');
      await world.sync();
      world.folder.disk.write('a', 'sent');
      expect(await killAfter(world, 'write')).toBe(true);
      world.folder.disk.remove('a');
      const report = await world.sync();
      expect(report.counts.deletedRemote).toBe(0);
      expect(world.server()).toMatchObject({ a: 'sent' });
      expect(world.local()).toEqual(world.server());
      expect((await world.sync()).state).toBe('in-sync');
    });

    it('R7 what was fetched and has changed there again is no conflict', async () => {
      for (const first of ['new', 'edit'] as const) {
        using world = new FakePair({ discovery });
        world.folder.disk.write(first === 'edit' ? 'a' : 'z', 'at first');
        await world.sync();
        world.clock.advance(60_000);
        world.remote.server.write('a', 'the second there');
        expect(await killAfter(world, 'place')).toBe(true);
        expect(world.local()).toMatchObject({ a: 'the second there' });
        world.clock.advance(60_000);
        world.remote.server.write('a', 'the third there');
        await settles(world, world.server());
        expect(world.local()).toMatchObject({ a: 'the third there' });
      }
    });

    it('R7 what was fetched and then edited on both sides is a conflict', async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('a', 'at first');
      await world.sync();
      world.clock.advance(60_000);
      world.remote.server.write('a', 'the second there');
      expect(await killAfter(world, 'place')).toBe(true);
      world.clock.advance(60_000);
      world.remote.server.write('a', 'the third there');
      world.folder.disk.write('a', 'the third here');
      await world.sync();
      expect(Object.values(world.server()).sort()).toEqual(['the third here', 'the third there']);
      expect(world.local()).toEqual(world.server());
    });
  },
);

describe.each(['feed', 'etag-walk'] as const)('killed after a move here, with a %s server', (discovery) => {
  it('R7 what was moved on the server once more is no conflict', async () => {
    using world = new FakePair({ discovery });
    for (const name of ['a', 'd/1']) world.folder.disk.write(name, `text of ${name}`);
    await world.sync();
    world.remote.server.move('a', 'b');
    world.remote.server.move('d', 'e');
    for (const times of [1, 2]) {
      expect(await killAfter(world, 'move'), `${times}`).toBe(true);
      const server = world.server();
      if (times === 1) world.remote.server.move('b' in server ? 'b' : 'c', 'c');
      else world.remote.server.move('e', 'f');
    }
    await settles(world, { c: 'text of a', f: undefined, 'f/1': 'text of d/1' });
  });
});
