import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../engine/open-engine.ts';
import { caring, killCare } from '../testing/caring.ts';
import { FakePair } from '../testing/fake-pair.ts';
import { killAfter } from '../testing/kill-after.ts';
import type { PairTruth } from './pair-care.ts';

const truth = (world: FakePair): Promise<PairTruth> => caring(world, (care) => care.truth());

async function green(...paths: string[]): Promise<FakePair> {
  const world = new FakePair();
  for (const path of paths) world.folder.disk.write(path, `${path} at first`);
  await world.sync();
  expect(await truth(world)).toMatchObject({ green: true, files: paths.length });
  return world;
}

describe('R11 green', () => {
  it('is what the last run has found, over restarts, with what is proven and when', async () => {
    using world = await green('a', 'd/b');
    const at = world.clock.now() - 1000;
    expect(await truth(world)).toMatchObject({
      green: true,
      greenAt: at,
      ...{ files: 2, proven: 2, there: 0, conflicts: 0, problems: [] },
      lastRun: { run: 1, kind: 'sync', state: 'changed', undone: false },
    });
    await world.sync();
    expect(await truth(world)).toMatchObject({ green: true, lastRun: { run: 2, state: 'in-sync' } });
  });

  it('does not count as proven what the server has confirmed by its size alone', async () => {
    using world = new FakePair({ discovery: 'etag-walk' });
    world.folder.disk.write('sent', 'sent');
    world.remote.server.write('fetched', 'fetched');
    await world.sync();
    expect(await truth(world)).toMatchObject({ green: true, files: 2, proven: 1 });
    const why = (path: string) => caring(world, (care) => care.why(path));
    expect(await why('sent')).toMatchObject({ state: 'equal', proof: 'size' });
    expect(await why('fetched')).toMatchObject({ state: 'equal', proof: 'hash' });
    world.folder.disk.move('sent', 'renamed');
    await world.sync();
    expect(await truth(world)).toMatchObject({ green: true, files: 2, proven: 1 });
    expect(await why('renamed')).toMatchObject({ state: 'equal', proof: 'size' });
  });

  it('not before the first run, and never synced is told apart', async () => {
    using world = new FakePair();
    await expect(truth(world)).rejects.toMatchObject({ code: 'data-missing' });
    await using engine = await openEngine(world.pair);
    expect(engine.care.truth()).toMatchObject({
      green: false,
      lastRun: undefined,
      greenAt: undefined,
      files: 0,
    });
  });

  it('not while a run is under way', async () => {
    using world = await green('a');
    await using engine = await openEngine(world.pair);
    let during: boolean | undefined;
    world.folder.faults.add({
      method: 'scan',
      nth: 1,
      when: 'before',
      run: () => {
        during = engine.care.truth().green;
      },
    });
    await engine.run();
    expect({ during, after: engine.care.truth().green }).toEqual({ during: false, after: true });
  });

  it('not after a run that was killed', async () => {
    using world = await green('a');
    world.folder.disk.write('b', 'new');
    expect(await killAfter(world, 'write')).toBe(true);
    expect(await truth(world)).toMatchObject({ green: false, lastRun: { run: 2, state: undefined } });
  });

  it('not after a run that was stopped; when it was green last is still known', async () => {
    using world = await green('a');
    world.remote.faults.add({
      method: 'changes',
      nth: 1,
      when: 'before',
      error: new AppError('server-unreachable'),
    });
    await world.sync();
    expect(await truth(world)).toMatchObject({
      green: false,
      files: 1,
      lastRun: { run: 2, state: 'stopped', summary: { stop: 'server-unreachable' } },
    });
    expect((await truth(world)).greenAt).toBeGreaterThan(0);
  });

  it.each([
    ['cannot be sent', { side: 'remote', method: 'write', code: 'quota-exceeded' }],
    ['cannot be fetched', { side: 'remote', method: 'read', code: 'forbidden' }],
    ['cannot be placed', { side: 'folder', method: 'place', code: 'local-denied' }],
  ] as const)('not with a file that %s', async (_what, { side, method, code }) => {
    using world = await green('a');
    world.folder.disk.write('here', 'new here');
    world.remote.server.write('there', 'new there');
    world[side].faults.add({ method, nth: 1, when: 'before', error: new AppError(code) });
    await world.sync();
    expect(await truth(world)).toMatchObject({ green: false, problems: [{ code }] });
    await world.sync();
    expect(await truth(world)).toMatchObject({ green: true, problems: [] });
  });

  it('not with a folder that cannot be read, nor with a name the other side cannot hold', async () => {
    using world = await green('d/a');
    world.folder.disk.problems.set('d', { path: 'd', reason: 'unreadable', code: 'EACCES' });
    await world.sync();
    expect(await truth(world)).toMatchObject({
      green: false,
      problems: [{ path: 'd', code: 'local-unreadable' }],
    });
    world.folder.disk.problems.clear();
    world.folder.disk.problems.set('odd', { path: 'odd', reason: 'bad-encoding' });
    await world.sync();
    expect(await truth(world)).toMatchObject({ green: false, problems: [{ code: 'name-impossible' }] });
  });

  it('not while a problem waits for its next try', async () => {
    using world = await green('a');
    world.folder.disk.write('b', 'new');
    world.remote.faults.add({ method: 'write', nth: 1, when: 'before', error: new AppError('locked') });
    await world.sync();
    await world.sync({ respectBackoff: true });
    const { green: isGreen, problems } = await truth(world);
    expect(isGreen).toBe(false);
    expect(problems).toMatchObject([{ path: 'b', code: 'locked' }]);
    expect(problems[0]?.nextTry).toBeGreaterThan(world.clock.now() - 2000);
  });

  it('not after more would be removed than a person expects', async () => {
    using world = await green(...Array.from({ length: 100 }, (_, at) => `f${at}`));
    for (let at = 0; at < 60; at += 1) world.remote.server.remove(`f${at}`);
    await world.sync();
    expect(await truth(world)).toMatchObject({ green: false, lastRun: { summary: { stop: 'mass-change' } } });
  });

  it('not after something was seen to change, until a run has looked', async () => {
    using world = await green('a');
    await using engine = await openEngine(world.pair);
    const stop = new AbortController();
    const reports: boolean[] = [];
    const watching = engine.watch({
      signal: stop.signal,
      debounceMs: 1,
      onReport: () => {
        // What is told to the watcher right after a run is news to the next one.
        if (reports.length === 0) {
          world.folder.disk.write('a', 'edited');
          world.folder.notify(['a']);
        } else stop.abort();
        reports.push(engine.care.truth().green);
      },
    });
    await watching;
    expect(reports).toEqual([false, true]);
  });

  it('not after an undo, a restored version or a decision, until it was carried over', async () => {
    using world = await green('a');
    world.remote.server.write('a', 'from there');
    const { run } = await world.sync();
    const acts = [
      () => caring(world, (care) => care.undo(run)),
      () =>
        caring(world, async (care) => {
          const [version] = (await care.history('a')).versions;
          if (version !== undefined) await care.restore(version);
        }),
    ];
    for (const act of acts) {
      await act();
      expect((await truth(world)).green).toBe(false);
      await world.sync();
      expect((await truth(world)).green).toBe(true);
    }
    world.folder.disk.write('a', 'mine');
    world.remote.server.write('a', 'theirs, longer');
    await world.sync();
    const [conflict] = await caring(world, (care) => care.conflicts());
    await caring(world, (care) => care.decide([conflict?.id ?? 0], 'mine'));
    expect((await truth(world)).green).toBe(false);
  });

  it('not after an answer that was interrupted', async () => {
    using world = await green('a');
    world.remote.server.write('a', 'from there');
    const { run } = await world.sync();
    expect(await killCare(world, 4, (care) => care.undo(run))).toBe(true);
    expect((await truth(world)).green).toBe(false);
  });

  it('not after another server or folder was met', async () => {
    using world = await green('a');
    world.remote.server.epoch = 'restored';
    await world.sync();
    expect(await truth(world)).toMatchObject({
      green: false,
      lastRun: { summary: { stop: 'server-changed' } },
    });
  });
});
