import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../engine/open-engine.ts';
import { caring } from '../testing/caring.ts';
import { FakePair } from '../testing/fake-pair.ts';
import { openCare } from './open-care.ts';
import type { FileTruth } from './pair-care.ts';

const why = (world: FakePair, path: string): Promise<FileTruth> => caring(world, (care) => care.why(path));

async function synced(...paths: string[]): Promise<FakePair> {
  const world = new FakePair();
  for (const path of paths) world.folder.disk.write(path, `${path} at first`);
  await world.sync();
  return world;
}

describe('why', () => {
  it('tells an equal file with both sides, what was agreed on, its proof and the last decision', async () => {
    using world = await synced('d/a');
    const truth = await why(world, 'd/a');
    expect(truth).toMatchObject({
      path: 'd/a',
      state: 'equal',
      proof: 'hash',
      sentence: '"d/a" is the same here and on the server, proven by its SHA-256.',
      local: { path: 'd/a', kind: 'file', size: 12 },
      remote: { path: 'd/a', kind: 'file', size: 12 },
      last: { run: 1, kind: 'upload', side: 'remote', path: 'd/a', outcome: 'done' },
      ...{ problem: undefined, rule: undefined },
    });
    expect(truth.remote?.etag).toMatch(/./);
    const { sha256 } = truth.agreed ?? {};
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect([truth.local?.sha256, truth.remote?.sha256]).toEqual([sha256, sha256]);
    expect(await why(world, 'd')).toMatchObject({
      state: 'equal',
      proof: undefined,
      local: { kind: 'folder' },
    });
    expect(await why(world, '')).toMatchObject({ state: 'equal' });
  });

  it('tells what waits for the next run, and what that will do', async () => {
    using world = await synced('edited', 'removed', 'd/x');
    const { disk } = world.folder;
    disk.write('edited', 'other text');
    disk.remove('removed');
    disk.write('d/new', 'new');
    expect(await why(world, 'edited')).toMatchObject({
      state: 'waiting',
      local: { size: 10, sha256: undefined },
      agreed: { size: 15 },
      sentence: expect.stringContaining('was touched here'),
    });
    expect(await why(world, 'removed')).toMatchObject({
      state: 'waiting',
      local: undefined,
      sentence: expect.stringContaining('was removed here'),
    });
    expect(await why(world, 'd/new')).toMatchObject({
      state: 'waiting',
      remote: undefined,
      sentence: expect.stringContaining('is new here'),
    });
  });

  it('tells what was seen on the server and not fetched yet, and why the run could not go on', async () => {
    using world = await synced('a', 'b', 'c');
    const { server } = world.remote;
    server.write('a', 'changed there');
    server.remove('b');
    server.write('new', 'new there');
    server.move('c', 'd');
    const error = new AppError('local-disk-full');
    for (const method of ['stage', 'move', 'remove', 'mkdir'] as const)
      world.folder.faults.add({ method, nth: 1, when: 'before', error });
    await world.sync();
    const texts = [];
    for (const path of ['a', 'b', 'new', 'c']) {
      const { state, sentence } = await why(world, path);
      texts.push(`${state}: ${sentence}`);
    }
    const stop = ' The last run could not go on: The local disk is full.';
    expect(texts).toEqual([
      `waiting: "a" was changed or moved on the server. The next run brings that here.${stop}`,
      `waiting: "b" was removed on the server. The next run removes it here; it stays in the local history.${stop}`,
      `waiting: "new" is new on the server. The next run fetches it.${stop}`,
      `waiting: "c" was changed or moved on the server. The next run brings that here.${stop}`,
    ]);
    expect(await why(world, 'd')).toMatchObject({ remote: { path: 'd' }, agreed: { path: 'c' } });
  });

  it("tells the server's exact answer that has stopped the last run", async () => {
    using world = await synced('a');
    world.folder.disk.write('b', 'new');
    const facts = {
      method: 'REPORT',
      address: 'https://s.test/',
      status: 503,
      statusText: 'Service Unavailable',
    };
    const error = new AppError('unavailable', { ...facts, said: 'Down for maintenance.' });
    world.remote.faults.add({ method: 'changes', nth: 1, when: 'before', error });
    const { stop } = await world.sync();
    const answer = 'REPORT https://s.test/: 503 Service Unavailable: Down for maintenance.';
    expect(stop).toMatchObject({ code: 'unavailable', answer });
    expect((await why(world, 'b')).sentence).toContain(`(${answer})`);
    expect(await caring(world, (care) => care.truth())).toMatchObject({ lastRun: { summary: { answer } } });
    const { status, ...rest } = facts;
    const refused = new AppError('not-signed-in', { ...rest, status: 401, statusText: 'Unauthorized' });
    world.remote.faults.add({ method: 'write', nth: 1, when: 'before', error: refused });
    const stopped = await world.sync();
    expect([status, stopped.stop?.answer]).toEqual([503, 'REPORT https://s.test/: 401 Unauthorized']);
  });

  it("tells a problem with the server's exact answer, the tries and the next one", async () => {
    using world = await synced('a');
    world.folder.disk.write('b', 'new');
    const details = {
      method: 'PUT',
      address: 'https://s.test/b',
      status: 507,
      statusText: 'Insufficient Storage',
    };
    const error = new AppError('quota-exceeded', details);
    world.remote.faults.add({ method: 'write', nth: 1, when: 'before', error });
    world.remote.faults.add({ method: 'write', nth: 2, when: 'before', error });
    await world.sync();
    await world.sync();
    const truth = await why(world, 'b');
    expect(truth).toMatchObject({
      state: 'problem',
      sentence:
        '"b" cannot be synced now: There is not enough space left in this account. 2 tries so far. It is tried again by itself.',
      last: {
        ...{ kind: 'upload', outcome: 'failed', code: 'quota-exceeded' },
        answer: 'PUT https://s.test/b: 507 Insufficient Storage',
      },
      problem: { code: 'quota-exceeded', attempts: 2 },
    });
    expect(truth.problem?.nextTry).toBeGreaterThan(world.clock.now());
  });

  it('tells of an unreadable folder above, also for what was never seen', async () => {
    using world = await synced('d/a');
    world.folder.disk.problems.set('d', { path: 'd', reason: 'unreadable', code: 'EACCES' });
    await world.sync();
    for (const path of ['d', 'd/a', 'd/never/seen']) {
      expect(await why(world, path)).toMatchObject({ state: 'problem', problem: { path: 'd' } });
    }
    expect((await why(world, 'd/a')).sentence).toContain('"d", which "d/a" is in, cannot be synced now');
  });

  it('tells a file that cannot be looked at now', async () => {
    using world = await synced('a');
    const error = new AppError('local-denied', { message: 'No access.' });
    await using opened = await openCare(world.pair);
    world.folder.faults.add({ method: 'stat', nth: 1, when: 'before', error });
    expect(await opened.care.why('a')).toMatchObject({
      state: 'problem',
      local: undefined,
      problem: { code: 'local-denied', side: 'local' },
      sentence: expect.stringContaining('No access.'),
    });
  });

  it('tells what is ignored with the rule, and what is skipped with the reason', async () => {
    using world = await synced('.holdfastignore');
    const { disk } = world.folder;
    disk.write('.holdfastignore', '# mine\n*.log\n/cache/\n');
    disk.write('d/x.log', 'x');
    disk.write('cache/y', 'y');
    disk.problems.set('link', { path: 'link', reason: 'symlink' });
    disk.problems.set('pipe', { path: 'pipe', reason: 'special' });
    await world.sync();
    expect(await why(world, 'd/x.log')).toMatchObject({
      state: 'ignored',
      rule: expect.stringContaining('.holdfastignore line 2'),
      sentence: expect.stringContaining('line 2: *.log'),
    });
    expect(await why(world, 'cache/y')).toMatchObject({
      state: 'ignored',
      rule: expect.stringContaining('/cache/'),
    });
    expect(await why(world, 'other.log')).toMatchObject({ state: 'ignored' });
    expect(await why(world, 'link')).toMatchObject({
      state: 'skipped',
      sentence: expect.stringContaining('symbolic'),
    });
    expect(await why(world, 'link/in/it')).toMatchObject({ state: 'skipped' });
    expect(await why(world, 'pipe')).toMatchObject({
      state: 'skipped',
      sentence: expect.stringContaining('pipe'),
    });
  });

  it('tells both files of an open conflict, and no settled one', async () => {
    using world = await synced('a');
    world.folder.disk.write('a', 'mine');
    world.remote.server.write('a', 'theirs, longer');
    await world.sync();
    const [conflict] = await caring(world, (care) => care.conflicts());
    const { copy = '' } = conflict ?? {};
    for (const path of ['a', copy]) {
      const { state, sentence } = await why(world, path);
      expect(state).toBe('conflict');
      expect(sentence).toContain(`the local one "${copy}"`);
    }
    await caring(world, (care) => care.decide([conflict?.id ?? 0], 'both'));
    expect(await why(world, 'a')).toMatchObject({ state: 'equal' });
  });

  it('tells what is only on the server by choice', async () => {
    using world = await synced('a', 'd/b');
    {
      await using engine = await openEngine(world.pair);
      await engine.care.keepThere('a');
      await engine.care.keepThere('d', { hide: true });
    }
    await world.sync();
    for (const path of ['a', 'd/b', 'd']) {
      expect(await why(world, path)).toMatchObject({
        state: 'there',
        local: undefined,
        remote: { path },
        sentence: expect.stringContaining('on the server only, as you have chosen'),
      });
    }
    expect(await caring(world, (care) => care.truth())).toMatchObject({ green: true, files: 0, there: 2 });
  });

  it('R13 tells the name on the server of a mapped one, and finds it by that as well', async () => {
    using world = new FakePair();
    world.remote.server.write('a:b', 'odd for one side');
    await world.sync({ platform: 'win32' });
    const [name = ''] = Object.keys(world.local());
    expect(name).not.toBe('a:b');
    expect(await why(world, name)).toMatchObject({
      state: 'equal',
      sentence: expect.stringContaining('It is called "a:b" there.'),
      remote: { path: 'a:b' },
    });
    expect(await why(world, 'a:b')).toMatchObject({ agreed: { path: name } });
  });

  it('tells what was never there, what is no more, and a name that cannot be', async () => {
    using world = await synced('a');
    expect(await why(world, 'never')).toMatchObject({
      state: 'unknown',
      last: undefined,
      sentence: 'There is no "never", neither here nor on the server as of the last run.',
    });
    world.folder.disk.remove('a');
    await world.sync({ allowMassChange: true });
    expect(await why(world, 'a')).toMatchObject({
      state: 'unknown',
      last: { kind: 'delete', side: 'remote' },
      sentence: expect.stringContaining('Its history tells'),
    });
    expect(await why(world, 'x'.repeat(300))).toMatchObject({
      state: 'problem',
      problem: { code: 'name-impossible' },
    });
    expect(await why(world, '../etc')).toMatchObject({ state: 'problem' });
  });
});
