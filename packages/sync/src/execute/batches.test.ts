import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import { killAfter } from '../testing/kill-after.ts';

/** A node that takes files up to 16 bytes in batches. */
function newPair(): FakePair {
  return new FakePair({ batchFileBytes: 16 });
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `d${index % 7}/f${index}`);
}

async function settles(world: FakePair): Promise<void> {
  const report = await world.sync();
  expect(report.conflicts).toEqual([]);
  expect(report.problems).toEqual([]);
  expect(world.local()).toEqual(world.server());
  expect((await world.sync()).state).toBe('in-sync');
}

describe('batches', () => {
  it('small files go up and come down together, large ones for themselves', async () => {
    using world = newPair();
    for (const name of names(150)) world.folder.disk.write(name, `up ${name}`);
    world.folder.disk.write('large', 'more than sixteen bytes');
    const up = await world.sync();
    expect(up).toMatchObject({ state: 'changed', counts: { uploaded: 151 }, problems: [] });
    expect(world.server()).toEqual(world.local());
    expect(up.bytesUp).toBe(Object.values(world.local()).reduce((sum, text) => sum + (text?.length ?? 0), 0));
    expect(world.remote.faults.calls('write')).toBe(1);
    expect(world.remote.faults.calls('batches.write')).toBe(3);
    for (const name of names(150)) world.remote.server.write(name, `down ${name}`);
    world.remote.server.write('large', 'other bytes, more than sixteen');
    const down = await world.sync({ allowMassChange: true });
    expect(down).toMatchObject({ state: 'changed', counts: { downloaded: 151 }, problems: [] });
    expect(world.local()).toEqual(world.server());
    expect(world.remote.faults.calls('read')).toBe(1);
    expect(world.remote.faults.calls('batches.read')).toBe(3);
    expect(world.folder.stagedCount).toBe(0);
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('edits and new files, empty ones too, go in one batch, each with its own guard', async () => {
    using world = newPair();
    world.folder.disk.write('a', 'one');
    await world.sync();
    world.folder.disk.write('a', 'two');
    world.folder.disk.write('b', '');
    world.folder.disk.write('c', 'new', { executable: true });
    await settles(world);
    expect(world.server()).toEqual({ a: 'two', b: '', c: 'new' });
    expect(world.remote.server.get('c').executable).toBe(true);
    expect(world.remote.faults.calls('batches.write')).toBe(1);
  });

  it('R5 a file that changed on the server is not overwritten by a batch; the others are sent', async () => {
    using world = newPair();
    for (const name of ['a', 'b', 'c']) world.folder.disk.write(name, 'one');
    await world.sync();
    for (const name of ['a', 'b', 'c']) world.folder.disk.write(name, `mine ${name}`);
    await world.syncAround((method, act) => {
      if (method === 'batches.write') world.remote.server.write('b', 'theirs');
      return act();
    });
    expect(world.server()).toMatchObject({ a: 'mine a', b: 'theirs', c: 'mine c' });
    expect(Object.values(world.server())).toContain('mine b');
    expect(world.local()).toEqual(world.server());
  });

  it('R5 a local file that changed while others came down is not replaced', async () => {
    using world = newPair();
    for (const name of ['a', 'b', 'c']) world.remote.server.write(name, 'one');
    await world.sync();
    for (const name of ['a', 'b', 'c']) world.remote.server.write(name, `theirs ${name}`);
    let edited = false;
    await world.syncAround(async (method, act) => {
      const result = await act();
      if (method === 'batches.read' && !edited) {
        edited = true;
        world.folder.disk.write('b', 'mine');
      }
      return result;
    });
    expect(world.local()).toMatchObject({ a: 'theirs a', b: 'theirs b', c: 'theirs c' });
    expect(Object.values(world.local())).toContain('mine');
    await settles(world);
  });

  it('R5 a file that changes while a batch is made up is sent as it is then, or not', async () => {
    using world = newPair();
    for (const name of ['a', 'b', 'c']) world.folder.disk.write(name, 'one');
    let reads = 0;
    await world.syncAround((method, act) => {
      if (method === 'read') reads += 1;
      if (reads === 2) world.folder.disk.write('b', 'changed');
      return act();
    });
    expect(world.server()).toEqual({ a: 'one', b: 'changed', c: 'one' });
    await settles(world);
  });

  it.each(['stores-nothing', 'truncates', 'flips-a-byte', 'says-done-on-failure'] as const)(
    'R6 a server that %s of files in a batch is found out, and no source is replaced',
    async (lie) => {
      using world = newPair();
      for (const name of ['a', 'b', 'c']) world.folder.disk.write(name, `bytes of ${name}`);
      world.remote.lies.push(lie, lie);
      await world.sync();
      await world.sync();
      expect(world.local()).toEqual({ a: 'bytes of a', b: 'bytes of b', c: 'bytes of c' });
      expect(world.server()).toEqual(world.local());
    },
  );

  it('R6 what comes down damaged in a batch is not put into its place', async () => {
    using world = newPair();
    for (const name of ['a', 'b', 'c']) world.remote.server.write(name, `bytes of ${name}`);
    const batches = world.remote.batches;
    if (batches === undefined) throw new Error('no batches');
    const read = batches.read.bind(batches);
    batches.read = async function* (files, signal) {
      for await (const one of read(files, signal)) {
        const { result } = one;
        if (one.index !== 1 || result instanceof AppError) yield one;
        else yield { ...one, result: { ...result, bytes: result.bytes.map((byte) => byte ^ 1) } };
      }
    };
    world.remote.faults.add({ method: 'read', nth: 1, when: 'before', error: new AppError('locked') });
    const report = await world.sync();
    expect(report.problems).toMatchObject([{ path: 'b', code: 'locked' }]);
    expect(world.local()).toEqual({ a: 'bytes of a', c: 'bytes of c' });
    expect(world.folder.stagedCount).toBe(0);
    batches.read = read;
    await settles(world);
  });

  it('R10 what cannot be sent or fetched has its problem, the rest of the batch goes on', async () => {
    using world = newPair();
    world.folder.disk.write('x'.repeat(250), 'fine');
    world.folder.disk.write(`${'é'.repeat(120)}`, 'fine');
    world.folder.disk.write('a', 'fine');
    world.remote.faults.add({
      method: 'batches.write',
      nth: 1,
      when: 'before',
      error: new AppError('locked'),
    });
    const report = await world.sync();
    expect(report.problems).toEqual([]);
    expect(world.remote.faults.calls('write')).toBe(3);
    expect(world.server()).toEqual(world.local());
  });

  it('R10 a batch that the server refuses as a whole goes file by file', async () => {
    using world = newPair();
    for (const name of names(9)) world.remote.server.write(name, name);
    world.remote.faults.add({
      method: 'batches.read',
      nth: 1,
      when: 'before',
      error: new AppError('body-too-large'),
    });
    const report = await world.sync();
    expect(report).toMatchObject({ state: 'changed', problems: [], counts: { downloaded: 9 } });
    expect(world.remote.faults.calls('read')).toBe(9);
    await settles(world);
  });

  it.each(['before', 'after'] as const)('a server that goes away %s a batch stops the run', async (when) => {
    using world = newPair();
    for (const name of names(9)) world.folder.disk.write(name, name);
    world.remote.faults.add({
      method: 'batches.write',
      nth: 1,
      when,
      error: new AppError('server-unreachable'),
    });
    expect(await world.sync()).toMatchObject({ state: 'stopped', stop: { code: 'server-unreachable' } });
    await settles(world);
    expect(Object.keys(world.server())).toHaveLength(16);
  });

  it('what a server leaves out of its answer is fetched in the next run', async () => {
    using world = newPair();
    for (const name of ['a', 'b', 'c']) world.remote.server.write(name, name);
    const batches = world.remote.batches;
    if (batches === undefined) throw new Error('no batches');
    const read = batches.read.bind(batches);
    batches.read = async function* (files, signal) {
      for await (const one of read(files, signal)) if (one.index !== 1) yield one;
    };
    expect(await world.sync()).toMatchObject({ state: 'stopped', stop: { code: 'server-unreachable' } });
    expect(world.local()).toEqual({ a: 'a', c: 'c' });
    batches.read = read;
    await settles(world);
  });

  it('one refusal of a busy server counts once, however many files are in the batch', async () => {
    using world = newPair();
    for (const name of names(20)) world.folder.disk.write(name, name);
    world.remote.faults.add({
      method: 'batches.write',
      nth: 1,
      when: 'before',
      error: new AppError('unavailable'),
    });
    expect(await world.sync()).toMatchObject({ state: 'problems', counts: { problems: 20 } });
    await settles(world);
  });

  it.each(['batches.write', 'batches.read', 'place', 'stage'])(
    'R7 killed after %s it converges without a conflict with itself, edits meanwhile included',
    async (method) => {
      using world = newPair();
      for (const name of names(9)) {
        if (method === 'batches.write') world.folder.disk.write(name, name);
        else world.remote.server.write(name, name);
      }
      expect(await killAfter(world, method, method === 'place' ? 4 : 1)).toBe(true);
      world.clock.advance(60_000);
      if (method === 'batches.write') world.folder.disk.write('d2/f2', 'edited here');
      else world.remote.server.write('d2/f2', 'edited there');
      await settles(world);
      expect(Object.keys(world.local())).toHaveLength(16);
    },
  );
});
