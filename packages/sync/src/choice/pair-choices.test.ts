import { rmSync } from 'node:fs';
import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { openCare } from '../care/open-care.ts';
import type { PairCare } from '../care/pair-care.ts';
import { openEngine } from '../engine/open-engine.ts';
import { FakePair } from '../testing/fake-pair.ts';

const servers = [{ discovery: 'feed' }, { discovery: 'etag-walk' }, { discovery: 'listing' }] as const;

/** What a person does with a running engine, which is closed again after. */
async function choose<T>(world: FakePair, act: (care: PairCare) => Promise<T>): Promise<T> {
  await using engine = await openEngine(world.pair);
  return await act(engine.care);
}

describe.each(servers)('by choice on the server only, with a $discovery server', ({ discovery }) => {
  it('a freed file is listed, follows what becomes of it there, and goes when it goes there', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a.txt', 'aaa');
    world.folder.disk.write('b.txt', 'b');
    await world.sync();
    const freed = await choose(world, (care) => care.keepThere('a.txt'));
    expect(freed).toEqual({ files: 1, bytes: 3, left: [] });
    expect(world.local()).toEqual({ 'b.txt': 'b' });
    expect(world.folder.history).toEqual([]);
    const idle = await world.sync();
    expect(idle).toMatchObject({
      state: 'in-sync',
      counts: { deletedRemote: 0, downloaded: 0 },
      problems: [],
    });
    await choose(world, async (care) => {
      expect(care.there()).toEqual([{ path: 'a.txt', kind: 'file', files: 1, size: 3 }]);
      expect(care.truth()).toMatchObject({ green: true, there: 1 });
    });
    world.remote.server.write('a.txt', 'longer than before');
    expect((await world.sync()).bytesDown).toBe(0);
    await choose(world, async (care) => {
      expect(care.there()).toMatchObject([{ path: 'a.txt', size: 18 }]);
    });
    if (discovery !== 'listing') {
      world.remote.server.move('a.txt', 'moved.txt');
      expect((await world.sync()).bytesDown).toBe(0);
      await choose(world, async (care) => {
        expect(care.there()).toMatchObject([{ path: 'moved.txt' }]);
      });
      world.remote.server.move('moved.txt', 'a.txt');
    }
    world.remote.server.remove('a.txt');
    expect((await world.sync()).problems).toEqual([]);
    await choose(world, async (care) => {
      expect(care.there()).toEqual([]);
    });
    expect(world.server()).toEqual({ 'b.txt': 'b' });
  });

  it('comes back when it is wanted here', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('d/a.txt', 'a');
    world.folder.disk.write('d/b.txt', 'b');
    await world.sync();
    await choose(world, (care) => care.keepThere('d'));
    expect(world.local()).toEqual({ d: undefined });
    await world.sync();
    await choose(world, (care) => care.keepHere('d/a.txt'));
    await world.sync();
    expect(world.local()).toEqual({ d: undefined, 'd/a.txt': 'a' });
    await choose(world, (care) => care.keepHere('d'));
    expect((await world.sync()).state).toBe('changed');
    expect(world.local()).toEqual(world.server());
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('a file with the same bytes in its place is back here, without a transfer where the server tells hashes', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a.txt', 'aaa');
    world.folder.disk.write('b.txt', 'b');
    await world.sync();
    await choose(world, (care) => care.keepThere('a.txt'));
    await world.sync();
    world.folder.disk.write('a.txt', 'aaa');
    const report = await world.sync();
    expect(report).toMatchObject({
      counts: { uploaded: 0, downloaded: 0, adopted: 1 },
      conflicts: [],
      bytesUp: 0,
      bytesDown: 0,
    });
    await choose(world, async (care) => {
      expect(care.there()).toEqual([]);
    });
    world.folder.disk.write('a.txt', 'edited');
    await world.sync();
    expect(world.server()['a.txt']).toBe('edited');
  });

  it('R1 a file with other bytes in its place is a conflict, and nothing is lost', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a.txt', 'aaa');
    await world.sync();
    await choose(world, (care) => care.keepThere('a.txt'));
    await world.sync();
    world.folder.disk.write('a.txt', 'mine');
    const report = await world.sync();
    expect(report.conflicts).toMatchObject([{ kind: 'edit-edit', path: 'a.txt' }]);
    expect(Object.values(world.server()).sort()).toEqual(['aaa', 'mine']);
    expect(world.local()).toEqual(world.server());
  });

  it('a hidden folder and what comes new in it is not fetched, and is moved and removed on the server at will', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('photos/2025/a.jpg', 'a');
    world.folder.disk.write('photos/2026/b.jpg', 'b');
    world.folder.disk.write('x.txt', 'x');
    await world.sync();
    const freed = await choose(world, (care) => care.keepThere('photos', { hide: true }));
    expect(freed).toMatchObject({ files: 2, left: [] });
    expect(world.local()).toEqual({ 'x.txt': 'x' });
    world.remote.server.write('photos/2026/new.jpg', 'new');
    world.remote.server.write('photos/2027/c.jpg', 'c');
    const report = await world.sync();
    expect(report).toMatchObject({ bytesDown: 0, problems: [], counts: { deletedRemote: 0 } });
    expect(world.local()).toEqual({ 'x.txt': 'x' });
    expect((await world.sync()).state).toBe('in-sync');
    await choose(world, async (care) => {
      expect(care.there()).toEqual([{ path: 'photos', kind: 'folder', files: 4, size: 6 }]);
    });
    await choose(world, (care) => care.keepHere('photos/2026'));
    await world.sync();
    expect(Object.keys(world.local())).toEqual([
      'photos',
      'photos/2026',
      'photos/2026/b.jpg',
      'photos/2026/new.jpg',
      'x.txt',
    ]);
    await choose(world, (care) => care.keepHere('photos'));
    await world.sync();
    expect(world.local()).toEqual(world.server());
    await choose(world, (care) => care.keepThere('photos', { hide: true }));
    world.remote.server.remove('photos');
    await world.sync();
    expect((await world.sync()).state).toBe('in-sync');
    expect(world.local()).toEqual({ 'x.txt': 'x' });
    await choose(world, async (care) => {
      expect(care.there()).toEqual([]);
    });
  });

  it('what is put into a hidden folder here is synced, and the rest stays away', async () => {
    using world = new FakePair({ discovery });
    world.remote.server.write('photos/a.jpg', 'a');
    world.remote.server.write('x.txt', 'x');
    await world.sync();
    await choose(world, (care) => care.keepThere('photos', { hide: true }));
    world.folder.disk.write('photos/mine.jpg', 'mine');
    expect((await world.sync()).problems).toEqual([]);
    expect(world.server()['photos/mine.jpg']).toBe('mine');
    world.remote.server.write('photos/b.jpg', 'b');
    world.remote.server.write('photos/mine.jpg', 'edited there');
    expect((await world.sync()).problems).toEqual([]);
    expect(world.local()).toEqual({ photos: undefined, 'photos/mine.jpg': 'edited there', 'x.txt': 'x' });
    world.folder.disk.remove('photos');
    expect((await world.sync()).problems).toEqual([]);
    expect(Object.keys(world.server())).toEqual(['photos', 'photos/a.jpg', 'photos/b.jpg', 'x.txt']);
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('rules stay as long as there is something that they leave out', async () => {
    using world = new FakePair({ discovery });
    for (const path of ['.holdfastignore', 'd/.holdfastignore', 'e/.holdfastignore']) {
      world.folder.disk.write(path, '*.key\n');
    }
    for (const path of ['d/secret.key', 'd/a.txt', 'e/sub/b.txt', 'c.txt'])
      world.folder.disk.write(path, path);
    await world.sync();
    expect(await choose(world, (care) => care.keepThere('d'))).toMatchObject({ files: 1, left: [] });
    expect(await choose(world, (care) => care.keepThere('.holdfastignore'))).toMatchObject({
      files: 0,
      left: [{ path: '.holdfastignore' }],
    });
    await choose(world, (care) => care.keepThere('', { hide: true }));
    expect((await world.sync()).problems).toEqual([]);
    expect(Object.keys(world.local())).toEqual(['.holdfastignore', 'd', 'd/.holdfastignore', 'd/secret.key']);
    expect(world.server()['d/secret.key']).toBeUndefined();
    world.remote.server.write('.holdfastignore', '*.key\n*.pem\n');
    world.folder.disk.write('my.pem', 'mine');
    expect((await world.sync()).state).toBe('changed');
    expect(world.server()['my.pem']).toBeUndefined();
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('what is here and is moved into a hidden folder on the server stays here, in that folder, alone', async () => {
    using world = new FakePair({ discovery });
    world.remote.server.write('archive/old.txt', 'old');
    world.folder.disk.write('a.txt', 'aaaa');
    await world.sync();
    await choose(world, (care) => care.keepThere('archive', { hide: true }));
    await world.sync();
    world.remote.server.move('a.txt', 'archive/a.txt');
    expect((await world.sync()).problems).toEqual([]);
    expect(world.local()).toEqual({ archive: undefined, 'archive/a.txt': 'aaaa' });
    expect(world.server()).toEqual({ archive: undefined, 'archive/a.txt': 'aaaa', 'archive/old.txt': 'old' });
    expect((await world.sync()).state).toBe('in-sync');
    await choose(world, (care) => care.keepHere('archive'));
    await world.sync();
    expect(world.local()).toEqual(world.server());
  });

  it('everything can be hidden before anything was fetched', async () => {
    using world = new FakePair({ discovery });
    await world.sync();
    await choose(world, (care) => care.keepThere('', { hide: true }));
    world.remote.server.write('big/a.bin', 'a');
    world.remote.server.write('small/b.txt', 'b');
    await world.sync();
    expect(world.local()).toEqual({});
    await choose(world, (care) => care.keepHere('small'));
    expect((await world.sync()).problems).toEqual([]);
    expect(world.local()).toEqual({ small: undefined, 'small/b.txt': 'b' });
  });

  it('R1 R5 only what is proven to be there is freed, and the rest is told', async () => {
    using world = new FakePair({ discovery });
    for (const name of ['good', 'edited', 'replaced', 'gone', 'touched'])
      world.folder.disk.write(`d/${name}`, name);
    await world.sync();
    world.folder.disk.write('d/new', 'new');
    world.folder.disk.write('d/edited', 'edited here');
    world.remote.server.write('d/replaced', 'replaced there');
    world.remote.server.remove('d/gone');
    const freed = await choose(world, (care) => care.keepThere('d'));
    expect(freed.files).toBe(2);
    expect(freed.left.map(({ path }) => path).sort()).toEqual(['d/edited', 'd/gone', 'd/replaced']);
    for (const { reason } of freed.left) expect(reason).toMatch(/[.]$/);
    await world.sync();
    expect(world.server()).toEqual({
      d: undefined,
      'd/edited': 'edited here',
      'd/good': 'good',
      'd/new': 'new',
      'd/replaced': 'replaced there',
      'd/touched': 'touched',
    });
  });

  it('R1 a file stays when the server has other bytes than it was given', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a', 'good');
    await world.sync();
    // The server has other bytes than it says, of the same size and under the same etag.
    const node = world.remote.server.get('a');
    node.bytes = new TextEncoder().encode('evil');
    const freed = await choose(world, (care) => care.keepThere('a'));
    expect(freed).toMatchObject({ files: 0, left: [{ path: 'a' }] });
    expect(world.local().a).toBe('good');
  });

  it('R5 a file that changes at the moment it goes stays', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a', 'a');
    await world.sync();
    world.folder.faults.add({
      method: 'free',
      nth: 1,
      when: 'before',
      run: () => world.folder.disk.write('a', 'edited'),
    });
    const freed = await choose(world, (care) => care.keepThere('a'));
    expect(freed).toMatchObject({ files: 0, left: [{ path: 'a' }] });
    await world.sync();
    expect(world.server()).toEqual({ a: 'edited' });
  });

  it.each(['before', 'after'] as const)(
    'R4 an error %s a file goes never looks like a deletion',
    async (when) => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('a', 'a');
      world.folder.disk.write('b', 'b');
      await world.sync();
      world.folder.faults.add({ method: 'free', nth: 1, when, error: new AppError('local-unreadable') });
      expect(await choose(world, (care) => care.keepThere('a'))).toMatchObject({
        files: 0,
        left: [{ path: 'a' }],
      });
      expect(await world.sync()).toMatchObject({ problems: [], counts: { deletedRemote: 0 } });
      expect(world.server()).toEqual({ a: 'a', b: 'b' });
      await choose(world, async (care) => {
        expect(care.there()).toHaveLength(when === 'before' ? 0 : 1);
      });
    },
  );

  it.each(['before', 'after'] as const)(
    'R7 a kill %s a file goes never looks like a deletion',
    async (when) => {
      using world = new FakePair({ discovery });
      for (const name of ['a', 'b', 'c']) world.folder.disk.write(`d/${name}`, name);
      await world.sync();
      let restore: () => void = () => {};
      world.folder.faults.add({
        method: 'free',
        nth: 2,
        when,
        run: () => {
          restore = world.snapshot();
        },
        error: new Error('killed'),
      });
      await expect(choose(world, (care) => care.keepThere('d', { hide: true }))).rejects.toThrow('killed');
      restore();
      const report = await world.sync();
      expect(report).toMatchObject({
        problems: [],
        conflicts: [],
        counts: { deletedRemote: 0, uploaded: 0 },
      });
      expect(world.server()).toMatchObject({ 'd/a': 'a', 'd/b': 'b', 'd/c': 'c' });
      expect((await world.sync()).state).toBe('in-sync');
    },
  );

  it('R15 freeing many files is no mass change, and R2 a lost journal brings them back', async () => {
    using world = new FakePair({ discovery });
    for (let count = 0; count < 100; count += 1) world.folder.disk.write(`d/${count}`, `${count}`);
    world.folder.disk.write('stays', 's');
    await world.sync();
    expect(await choose(world, (care) => care.keepThere('d'))).toMatchObject({ files: 100, left: [] });
    expect((await world.sync()).state).toBe('in-sync');
    rmSync(world.stateDir, { recursive: true });
    const report = await world.sync();
    expect(report).toMatchObject({ counts: { downloaded: 100, deletedRemote: 0 } });
    expect(world.local()).toEqual(world.server());
  });
});

describe('choosing without a server', () => {
  it('frees nothing, says why, and is heard by the next run', async () => {
    using world = new FakePair();
    world.folder.disk.write('d/a', 'a');
    await world.sync();
    {
      await using opened = await openCare({
        stateDir: world.stateDir,
        folder: world.folder,
        clock: world.clock,
      });
      const freed = await opened.care.keepThere('d', { hide: true });
      expect(freed).toMatchObject({ files: 0, left: [{ path: 'd/a' }] });
      await expect(opened.care.keepThere('nowhere')).rejects.toSatisfy(
        (error) => error instanceof AppError && error.code === 'not-found',
      );
      await expect(opened.care.keepHere('nowhere')).rejects.toSatisfy(
        (error) => error instanceof AppError && error.code === 'not-found',
      );
    }
    world.remote.server.write('d/b', 'b');
    await world.sync();
    expect(world.local()).toEqual({ d: undefined, 'd/a': 'a' });
  });
});
