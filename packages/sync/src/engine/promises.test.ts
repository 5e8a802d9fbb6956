import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import type { Around } from '../testing/intercept.ts';
import { openEngine } from './open-engine.ts';
import type { RunReport } from './report.ts';

/** Counts calls by name. */
function counter(): { around: Around; calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const around: Around = async (method, act) => {
    calls.set(method, (calls.get(method) ?? 0) + 1);
    return await act();
  };
  return { around, calls };
}

describe('promises', () => {
  it('R12 a renamed folder of 300 files is one call on either side, and no bytes', async () => {
    using world = new FakePair();
    for (let i = 0; i < 300; i += 1) world.folder.disk.write(`a/b/${i}`, String(i));
    await world.sync();
    world.folder.disk.move('a', 'renamed');
    const up = counter();
    const first = await world.syncAround(up.around);
    expect(first).toMatchObject({ counts: { moved: 1 }, bytesUp: 0, bytesDown: 0 });
    expect(up.calls.get('move')).toBe(1);
    for (const method of ['read', 'write', 'hash', 'remove', 'mkdir'])
      expect(up.calls.get(method)).toBeUndefined();
    world.remote.server.move('renamed/b', 'again');
    const down = counter();
    const second = await world.syncAround(down.around);
    expect(second).toMatchObject({ counts: { moved: 1 }, bytesUp: 0, bytesDown: 0 });
    expect(down.calls.get('move')).toBe(1);
    expect(world.local()).toEqual(world.server());
  });

  it.each([
    { s: -86_400, ns: 0 },
    { s: -1, ns: 999_999_999 },
    { s: 0, ns: 0 },
    { s: 0, ns: 1 },
    { s: 1_700_000_000, ns: 123_456_789 },
    { s: 4_102_444_800, ns: 5 },
  ])('R14 the time %j is kept both ways, and carried over alone', async (mtime) => {
    using world = new FakePair();
    using other = new FakePair({ clock: world.clock, server: world.remote.server });
    world.folder.disk.write('a', 'x', { mtime, executable: true });
    await world.sync();
    await other.sync();
    const there = other.folder.disk.find('a');
    expect(there).toMatchObject({ mtime, executable: true });
    const later = { s: mtime.s + 10, ns: mtime.ns };
    other.folder.disk.write('a', 'x', { mtime: later, executable: false });
    const touched = await other.sync();
    expect(touched).toMatchObject({ counts: { touched: 1, uploaded: 0 }, bytesUp: 0 });
    await world.sync();
    expect(world.folder.disk.find('a')).toMatchObject({ mtime: later, executable: false });
    expect((await world.sync()).state).toBe('in-sync');
    expect((await other.sync()).state).toBe('in-sync');
  });

  it('R13 of two names that are one to Unicode the second is a problem, and nothing is removed', async () => {
    using world = new FakePair();
    world.folder.disk.write('caf\u00e9', '1');
    world.folder.disk.write('cafe\u0301', '2');
    const report = await world.sync();
    expect(report.state).toBe('problems');
    expect(report.problems).toMatchObject([{ code: 'name-impossible' }]);
    expect(Object.values(world.local()).sort()).toEqual(['1', '2']);
    expect(Object.keys(world.server())).toHaveLength(1);
    expect((await world.sync()).state).toBe('problems');
    expect(Object.values(world.local()).sort()).toEqual(['1', '2']);
  });

  it('R13 a name the disk cannot hold is mapped, and stays mapped through edits on both sides', async () => {
    using world = new FakePair();
    world.remote.server.write('what?/a:b', '1');
    await world.sync({ platform: 'win32' });
    expect(world.local()).toEqual({ 'what%3F': undefined, 'what%3F/a%3Ab': '1' });
    world.folder.disk.write('what%3F/a%3Ab', 'edited here');
    expect((await world.sync({ platform: 'win32' })).state).toBe('changed');
    expect(world.server()).toEqual({ 'what?': undefined, 'what?/a:b': 'edited here' });
    expect((await world.sync({ platform: 'win32' })).state).toBe('in-sync');
  });

  it('R11 tells what it does while it does it', async () => {
    using world = new FakePair();
    for (let i = 0; i < 20; i += 1) world.folder.disk.write(`f${i}`, 'x'.repeat(100));
    await world.sync();
    const plan = world.events.find((event) => event.type === 'plan');
    expect(plan).toMatchObject({ totals: { filesTotal: 20, bytesTotal: 2000, filesDone: 0 } });
    const transfers = world.events.filter((event) => event.type === 'transfer');
    expect(transfers.at(-1)).toMatchObject({ totals: { filesDone: 20, filesTotal: 20, bytesDone: 2000 } });
    expect(world.events.at(-1)).toMatchObject({ type: 'phase', phase: 'done' });
  });

  it('watching runs at once, after local changes, and at every poll, until it is told to stop', async () => {
    using world = new FakePair();
    world.folder.disk.write('a', '1');
    await using engine = await openEngine(world.pair);
    const stop = new AbortController();
    const reports: RunReport[] = [];
    await engine.watch({
      signal: stop.signal,
      pollMs: 60_000,
      onReport: (report) => {
        reports.push(report);
        if (reports.length === 1) {
          world.folder.disk.write('b', '2');
          world.folder.notify(['b']);
        }
        if (reports.length === 2) world.remote.server.write('c', '3');
        if (reports.length === 3) stop.abort();
      },
    });
    expect(reports.map((report) => report.state)).toEqual(['changed', 'changed', 'changed']);
    expect(world.local()).toEqual({ a: '1', b: '2', c: '3' });
    expect(world.server()).toEqual(world.local());
  });

  it('a run that is told to stop says so, and leaves nothing half done', async () => {
    using world = new FakePair();
    for (let i = 0; i < 20; i += 1) world.folder.disk.write(`f${i}`, String(i));
    const stop = new AbortController();
    const report = await world.syncAround(
      async (method, act) => {
        if (method === 'write') stop.abort();
        return await act();
      },
      { signal: stop.signal },
    );
    expect(report).toMatchObject({ state: 'stopped', stop: { code: 'aborted' } });
    expect((await world.sync()).state).toBe('changed');
    expect(world.server()).toEqual(world.local());
  });
});
