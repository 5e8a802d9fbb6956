import { AppError } from '@holdfast/base';
import type { RemoteChange } from '@holdfast/client';
import { describe, expect, it } from 'vitest';
import { busyDay, mustRemain } from '../testing/busy-day.ts';
import { FakePair } from '../testing/fake-pair.ts';
import type { Around } from '../testing/intercept.ts';

const codes = [
  'server-unreachable',
  'unavailable',
  'forbidden',
  'locked',
  'not-found',
  'target-changed',
  'server-answer-odd',
  'local-unreadable',
  'local-denied',
  'local-disk-full',
  'quota-exceeded',
  'folder-missing',
  'listing-doubtful',
];

const servers = ['feed', 'etag-walk', 'listing'] as const;

/** The `nth` call fails, before or after its effect. */
function failAt(
  nth: number,
  when: 'before' | 'after',
  error: Error,
): { around: Around; happened: () => boolean } {
  let calls = 0;
  const around: Around = async (_method, act) => {
    calls += 1;
    const mine = calls;
    if (mine === nth && when === 'before') throw error;
    const result = await act();
    if (mine === nth) throw error;
    return result;
  };
  return { around, happened: () => calls >= nth };
}

describe('errors at any call', () => {
  it('R4 R10 remove nothing that should stay, and the next run puts all in order', async () => {
    for (const [offset, when] of (['before', 'after'] as const).entries()) {
      for (let nth = 1; ; nth += 1) {
        using world = new FakePair({ discovery: servers[nth % 3] ?? 'feed' });
        await busyDay(world);
        const code = codes[(nth + offset) % codes.length] ?? 'unavailable';
        const error = nth % 7 === 0 ? new Error('EIO: i/o error') : new AppError(code);
        const fault = failAt(nth, when, error);
        const first = await world.syncAround(fault.around, { allowMassChange: true });
        if (!fault.happened()) break;
        const at = `${String(error)} ${when} call ${nth}`;
        const anywhere = [...Object.values(world.local()), ...Object.values(world.server())];
        for (const text of mustRemain) expect(anywhere, at).toContain(text);
        if (first.state === 'changed') expect(world.local(), at).toEqual(world.server());
        const second = await world.sync({ allowMassChange: true });
        expect(second.problems, at).toEqual([]);
        expect(world.local(), at).toEqual(world.server());
        const contents = Object.values(world.local()).filter((text) => text !== undefined);
        for (const text of mustRemain) expect(contents, at).toContain(text);
        expect((await world.sync()).state, at).toBe('in-sync');
      }
    }
  });

  it('R4 a listing that is cut off at any place removes nothing', async () => {
    for (const discovery of ['feed', 'etag-walk', 'listing'] as const) {
      for (let cut = 0; cut < 30; cut += 1) {
        using world = new FakePair({ discovery });
        await busyDay(world);
        const before = world.local();
        world.remote.cutListingAfter = cut;
        const report = await world.sync({ allowMassChange: true });
        if (world.remote.cutListingAfter === undefined && report.state !== 'stopped') continue;
        expect(report.stop?.code).toBe('listing-doubtful');
        expect(world.local()).toEqual(before);
      }
    }
  });

  it('R4 a server that looks emptied right after an upload removes nothing', async () => {
    using world = new FakePair();
    for (const name of ['a', 'b', 'c']) world.folder.disk.write(name, name);
    await world.sync();
    world.folder.disk.write('d', 'd');
    let looks = 0;
    const report = await world.syncAround(async (method, act) => {
      const answer = await act();
      if (method !== 'changes') return answer;
      looks += 1;
      return looks === 2 ? emptied(world) : answer;
    });
    expect(report).toMatchObject({ state: 'stopped', stop: { code: 'listing-doubtful' } });
    expect(Object.keys(world.local())).toEqual(['a', 'b', 'c', 'd']);
    await world.sync();
    expect(world.server()).toEqual(world.local());
  });

  it('R10 one file that fails stops no other, and is tried again at most 15 minutes later', async () => {
    using world = new FakePair();
    for (let i = 0; i < 30; i += 1) world.folder.disk.write(`f${i}`, String(i));
    const around: Around = async (method, act) => {
      if (method === 'write') {
        calls += 1;
        if (calls === 5) throw new AppError('quota-exceeded');
      }
      return await act();
    };
    let calls = 0;
    const report = await world.syncAround(around);
    expect(report.state).toBe('problems');
    expect(report.counts.uploaded).toBe(29);
    expect(report.problems).toMatchObject([{ code: 'quota-exceeded', attempts: 1, side: 'remote' }]);
    for (let tries = 2; tries < 15; tries += 1) {
      const again = await world.syncAround(async (method, act) => {
        if (method === 'write') throw new AppError('quota-exceeded');
        return await act();
      });
      const [problem] = again.problems;
      expect(problem?.attempts).toBe(tries);
      expect((problem?.nextTry ?? 0) - world.clock.now()).toBeLessThanOrEqual(15 * 60_000);
    }
    const waiting = await world.sync({ respectBackoff: true });
    expect(waiting.state).toBe('problems');
    world.clock.advance(15 * 60_000);
    expect((await world.sync({ respectBackoff: true })).state).toBe('changed');
  });

  it('R4 what cannot be read is left alone on both sides, with all below', async () => {
    using world = new FakePair();
    world.folder.disk.write('a/b/c', '1');
    world.folder.disk.write('a/d', '2');
    await world.sync();
    world.folder.disk.problems.set('a/b', { path: 'a/b', reason: 'unreadable', code: 'EACCES' });
    world.remote.server.write('a/b/new', '3');
    world.folder.disk.write('a/d', 'edited');
    const report = await world.sync();
    expect(report.state).toBe('problems');
    expect(report.problems[0]).toMatchObject({ path: 'a/b', code: 'local-unreadable' });
    expect(world.server()).toEqual({
      a: undefined,
      'a/b': undefined,
      'a/b/c': '1',
      'a/b/new': '3',
      'a/d': 'edited',
    });
    world.folder.disk.problems.clear();
    expect((await world.sync()).state).toBe('changed');
    expect(world.local()).toEqual(world.server());
  });
});

describe('another side than before', () => {
  const setUp = async (world: FakePair) => {
    world.folder.disk.write('a', '1');
    world.folder.disk.write('b', '2');
    await world.sync();
  };

  it('R4 a local folder that is gone, empty or another one stops the run', async () => {
    using world = new FakePair();
    await setUp(world);
    world.folder.disk.remove('a');
    world.folder.disk.remove('b');
    expect((await world.sync()).stop?.code).toBe('folder-missing');
    expect(Object.keys(world.server())).toEqual(['a', 'b']);
    world.folder.disk.unmount();
    expect((await world.sync()).stop?.code).toBe('folder-missing');
    world.folder.disk.replaceRoot();
    expect((await world.sync()).stop?.code).toBe('folder-missing');
    expect(Object.keys(world.server())).toEqual(['a', 'b']);
  });

  it('R4 an emptied server stops the run; a person may say that it was meant', async () => {
    using world = new FakePair();
    await setUp(world);
    world.remote.server.remove('a');
    world.remote.server.remove('b');
    expect((await world.sync()).stop?.code).toBe('listing-doubtful');
    expect(Object.keys(world.local())).toEqual(['a', 'b']);
    expect((await world.sync({ allowMassChange: true })).state).toBe('changed');
    expect(world.local()).toEqual({});
  });

  it('R4 R2 a restored or another server stops the run; accepted, both sides are merged and nothing is removed', async () => {
    for (const change of ['epoch', 'instance'] as const) {
      using world = new FakePair();
      await setUp(world);
      world.remote.server[change] = 'another';
      world.remote.server.remove('a');
      world.remote.server.write('b', 'older');
      world.folder.disk.write('c', '3');
      expect((await world.sync()).stop?.code).toBe('server-changed');
      expect(world.local()).toEqual({ a: '1', b: '2', c: '3' });
      const report = await world.sync({ acceptNewServer: true });
      expect(report.counts).toMatchObject({ deletedLocal: 0, deletedRemote: 0 });
      expect(world.local()).toEqual(world.server());
      expect(Object.values(world.local()).sort()).toEqual(['1', '2', '3', 'older']);
      expect((await world.sync()).state).toBe('in-sync');
    }
  });

  it('a second engine on the same journal is refused', async () => {
    using world = new FakePair();
    await expect(
      world.syncAround(async (method, act) => {
        if (method === 'scan') await expect(world.sync()).rejects.toMatchObject({ code: 'data-in-use' });
        return await act();
      }),
    ).resolves.toMatchObject({ state: 'in-sync' });
  });
});

async function* emptied(world: FakePair): AsyncGenerator<RemoteChange> {
  const root = await world.remote.stat('');
  if (root !== undefined) yield { type: 'entry', entry: root };
  yield { type: 'end', cursor: world.remote.server.token, whole: true };
}
