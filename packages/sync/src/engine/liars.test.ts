import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

const lies = ['stores-nothing', 'truncates', 'flips-a-byte', 'says-done-on-failure'] as const;

describe.each(['feed', 'etag-walk', 'listing'] as const)('a lying %s server', (discovery) => {
  // What keeps neither times nor hashes cannot show whose bytes of the right number these are.
  const tried = discovery === 'listing' ? lies.filter((lie) => lie !== 'flips-a-byte') : lies;
  for (const lie of tried) {
    it(`R6 that ${lie} of a new file is found out, and the source is never replaced`, async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('photo', 'all the bytes of it');
      world.folder.disk.write('other', 'fine');
      world.remote.lies.push(lie, lie);
      await world.sync();
      expect(world.local()).toMatchObject({ photo: 'all the bytes of it', other: 'fine' });
      await world.sync();
      expect(world.server()).toEqual({ photo: 'all the bytes of it', other: 'fine' });
      expect(world.local()).toEqual(world.server());
    });

    it(`R6 that ${lie} of an edit is found out, also after a restart`, async () => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('photo', 'the first version');
      await world.sync();
      world.folder.disk.write('photo', 'the second version of it');
      for (let i = 0; i < 20; i += 1) world.remote.lies.push(lie);
      const report = await world.sync();
      expect(report.state).toBe('problems');
      expect(report.problems).toMatchObject([{ path: 'photo', code: 'upload-damaged' }]);
      expect(world.local()).toEqual({ photo: 'the second version of it' });
      world.remote.lies.length = 0;
      expect((await world.sync()).state).toBe('changed');
      expect(world.local()).toEqual({ photo: 'the second version of it' });
      expect(world.server()).toEqual(world.local());
    });
  }

  it('R6 R11 a damaged edit of a file that was moved there does not hide that it was moved', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('d', 'the first version');
    await world.sync();
    world.remote.server.move('d', 'e');
    world.folder.disk.write('d', 'the second version of it');
    world.folder.disk.mkdir('e');
    world.remote.lies.push('truncates');
    await world.sync();
    await world.sync();
    expect(world.local()).toEqual(world.server());
    expect(Object.values(world.local())).toContain('the second version of it');
  });

  it('R6 R1 a version of somebody else that comes right after ours is not taken for a damaged copy', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('photo', 'the first version');
    await world.sync();
    world.clock.advance(60_000);
    world.folder.disk.write('photo', 'our second version');
    await world.syncAround(async (method, act) => {
      if (method !== 'write') return await act();
      await act();
      world.clock.advance(60_000);
      world.remote.server.write('photo', 'of another');
      throw new AppError('upload-damaged');
    });
    await world.sync();
    expect(Object.values(world.server()).sort()).toEqual(['of another', 'our second version']);
    expect(world.local()).toEqual(world.server());
  });

  it('R6 a download that is cut off or changed on the way is not put into place', async () => {
    using world = new FakePair({ discovery });
    world.folder.disk.write('a', 'the bytes here');
    await world.sync();
    world.remote.server.write('a', 'the new bytes there');
    let damaged = 0;
    const report = await world.syncAround(async (method, act) => {
      const result = await act();
      if (method !== 'read' || result === null || typeof result !== 'object' || !('body' in result))
        return result;
      damaged += 1;
      return { ...result, ...cut(result.body as AsyncIterable<Uint8Array>) };
    });
    expect(damaged).toBeGreaterThan(0);
    expect(report.problems).toMatchObject([{ path: 'a', code: 'download-damaged' }]);
    expect(world.local()).toEqual({ a: 'the bytes here' });
    expect(world.folder.stagedCount).toBe(0);
    await world.sync();
    expect(world.local()).toEqual({ a: 'the new bytes there' });
  });
});

describe('a server that tells something else than what it does', () => {
  it.each(['feed', 'etag-walk'] as const)(
    'R6 on a %s server an upload counts only when what the server tells of it fits',
    async (discovery) => {
      using world = new FakePair({ discovery });
      world.folder.disk.write('a', 'the bytes here');
      const report = await world.syncAround(async (method, act) => {
        const result = await act();
        return method === 'write' && result !== null && typeof result === 'object'
          ? { ...result, size: 3 }
          : result;
      });
      expect(report.problems).toMatchObject([{ path: 'a', code: 'upload-damaged' }]);
      expect(world.local()).toEqual({ a: 'the bytes here' });
      await world.sync();
      expect(world.server()).toEqual(world.local());
    },
  );

  it('R6 a download of the right size with other bytes is not put into place, where the server tells its hash', async () => {
    using world = new FakePair({ discovery: 'feed' });
    world.folder.disk.write('a', 'the bytes here');
    await world.sync();
    world.remote.server.write('a', 'new bytes there');
    const report = await world.syncAround(async (method, act) => {
      const result = await act();
      return method === 'read' && result !== null && typeof result === 'object'
        ? { ...result, body: flipped((result as { body: AsyncIterable<Uint8Array> }).body), checksums: [] }
        : result;
    });
    expect(report.problems).toMatchObject([{ path: 'a', code: 'download-damaged' }]);
    expect(world.local()).toEqual({ a: 'the bytes here' });
  });
});

function cut(body: AsyncIterable<Uint8Array>): { body: AsyncIterable<Uint8Array> } {
  return {
    body: {
      async *[Symbol.asyncIterator]() {
        for await (const chunk of body) {
          yield chunk;
          return;
        }
      },
    },
  };
}

async function* flipped(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) yield chunk.map((byte) => byte ^ 1);
}
