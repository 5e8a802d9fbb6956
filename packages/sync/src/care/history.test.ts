import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/base';
import { seededRandom } from '@holdfast/base/testing';
import { MemoryRemote } from '@holdfast/client/testing';
import { openFolder } from '@holdfast/localfs';
import { describe, expect, it } from 'vitest';
import { syncOnce } from '../engine/open-engine.ts';
import { caring } from '../testing/caring.ts';
import { FakePair } from '../testing/fake-pair.ts';
import { openCare } from './open-care.ts';

const history = (world: FakePair, path: string) => caring(world, (care) => care.history(path));

async function edited(): Promise<FakePair> {
  const world = new FakePair();
  world.folder.disk.write('d/a', 'one');
  await world.sync();
  for (const text of ['second', 'third one']) {
    world.remote.server.write('d/a', text);
    await world.sync();
  }
  return world;
}

describe('the history of a file', () => {
  it('tells what was done, latest first, and the versions that are kept', async () => {
    using world = await edited();
    const { decisions, versions } = await history(world, 'd/a');
    expect(decisions).toMatchObject([
      { run: 3, kind: 'download', side: 'local', path: 'd/a', outcome: 'done' },
      { run: 2, kind: 'download' },
      { run: 1, kind: 'upload', side: 'remote' },
    ]);
    expect(versions).toMatchObject([
      { run: 3, path: 'd/a', size: 6 },
      { run: 2, path: 'd/a', size: 3 },
    ]);
    expect(versions[0]?.at).toBeGreaterThan(versions[1]?.at ?? Number.POSITIVE_INFINITY);
  });

  it('follows it through renames of its own and of folders above it', async () => {
    using world = await edited();
    const { disk } = world.folder;
    disk.move('d/a', 'd/b');
    await world.sync();
    disk.move('d', 'e');
    await world.sync();
    world.remote.server.write('e/b', 'the fourth text');
    await world.sync();
    const { decisions, versions } = await history(world, 'e/b');
    const done = decisions.filter(({ kind }) => kind !== 'hash');
    expect(done.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'download e/b',
      'move d/a',
      'download d/a',
      'download d/a',
      'upload d/a',
    ]);
    expect(versions.map(({ path, size }) => `${path} ${size}`)).toEqual(['e/b 9', 'e/b 6', 'e/b 3']);
    const [, , first] = versions;
    if (first === undefined) throw new Error('no version');
    await caring(world, (care) => care.restore(first));
    expect(world.local()).toEqual({ e: undefined, 'e/b': 'one' });
    expect((await history(world, 'e/b')).versions).toMatchObject([{ size: 15 }, {}, {}, {}]);
  });

  it('of a file that is no more tells its versions by its path', async () => {
    using world = await edited();
    world.remote.server.remove('d');
    await world.sync({ allowMassChange: true });
    const { decisions, versions } = await history(world, 'd/a');
    expect(decisions[0]).toMatchObject({ kind: 'delete', side: 'local' });
    expect(versions.map(({ size }) => size)).toEqual([9, 6, 3]);
    expect(await history(world, 'never')).toEqual({ decisions: [], versions: [] });
    // A folder has no versions; what is in it has.
    expect((await history(world, 'd')).versions).toEqual([]);
  });

  it('does not take another file with a number that was used before for the same one', async () => {
    using world = await edited();
    world.remote.server.remove('d');
    await world.sync({ allowMassChange: true });
    world.folder.disk.write('other', 'another file');
    await world.sync();
    expect((await history(world, 'other')).decisions).toMatchObject([{ kind: 'upload', path: 'other' }]);
  });
});

describe('a restored version', () => {
  it('takes its place, and what was there goes to the history', async () => {
    using world = await edited();
    const [, first] = (await history(world, 'd/a')).versions;
    if (first === undefined) throw new Error('no version');
    await caring(world, (care) => care.restore(first));
    expect(world.local()).toMatchObject({ 'd/a': 'one' });
    expect(await caring(world, (care) => care.runs(1))).toMatchObject([
      { kind: 'restore', state: 'changed' },
    ]);
    const { decisions, versions } = await history(world, 'd/a');
    expect(decisions[0]).toMatchObject({ kind: 'restore', side: 'local', outcome: 'done' });
    expect(versions.map(({ size }) => size)).toEqual([9, 6, 3]);
    await world.sync();
    expect(world.server()).toMatchObject({ 'd/a': 'one' });
    // It can be taken back like any run.
    await caring(world, (care) => care.undo(4));
    expect(world.local()).toMatchObject({ 'd/a': 'third one' });
  });

  it('comes back with the folders it was in', async () => {
    using world = await edited();
    world.remote.server.remove('d');
    await world.sync({ allowMassChange: true });
    const [last] = (await history(world, 'd/a')).versions;
    if (last === undefined) throw new Error('no version');
    await caring(world, (care) => care.restore(last));
    expect(world.local()).toEqual({ d: undefined, 'd/a': 'third one' });
  });

  it('that is not kept any more, or has no place, is refused, and nothing is changed', async () => {
    using world = await edited();
    const [last] = (await history(world, 'd/a')).versions;
    if (last === undefined) throw new Error('no version');
    const restore = (version: typeof last) => caring(world, (care) => care.restore(version));
    await expect(restore({ ...last, kept: '/etc/passwd' })).rejects.toMatchObject({ code: 'not-found' });
    world.folder.disk.remove('d/a');
    world.folder.disk.write('d/a/x', 'a folder now');
    await expect(restore(last)).rejects.toMatchObject({ code: 'is-a-folder' });
    world.folder.history.splice(0);
    await expect(restore(last)).rejects.toMatchObject({ code: 'not-found' });
    expect(world.local()).toEqual({ d: undefined, 'd/a': undefined, 'd/a/x': 'a folder now' });
  });
});

describe('on a real disk', () => {
  it('R1 what was replaced and removed lies by run and path, is told, restored with its time, and undone', async () => {
    const base = mkdtempSync(join(tmpdir(), 'holdfast-care-'));
    try {
      const root = join(base, 'root');
      const historyDir = join(base, 'history');
      mkdirSync(root);
      const folder = await openFolder({ root, historyDir, clock: systemClock, random: seededRandom(1) });
      const remote = new MemoryRemote({ clock: systemClock });
      const pair = { folder, remote, clock: systemClock, stateDir: join(base, 'state') };
      writeFileSync(join(root, 'a.txt'), 'one', { mode: 0o755 });
      writeFileSync(join(root, 'b.txt'), 'two');
      const { mtimeNs } = statSync(join(root, 'a.txt'), { bigint: true });
      await syncOnce(pair);
      remote.server.write('a.txt', 'changed there');
      remote.server.remove('b.txt');
      const { run } = await syncOnce(pair);
      {
        await using opened = await openCare(pair);
        const { versions } = await opened.care.history('a.txt');
        expect(versions).toMatchObject([{ run, path: 'a.txt', size: 3 }]);
        const { kept = '' } = versions[0] ?? {};
        expect(kept).toMatch(/history\/\d{4}-\d\d-\d\dT\d{6} run 2\/a\.txt$/);
        expect(readFileSync(kept, 'utf8')).toBe('one');
        expect(await opened.care.undo(run)).toMatchObject({ done: [{}, {}], left: [] });
        expect(existsSync(kept)).toBe(true);
      }
      expect(readFileSync(join(root, 'b.txt'), 'utf8')).toBe('two');
      const back = statSync(join(root, 'a.txt'), { bigint: true });
      expect(Number(back.mode) & 0o100).toBe(0o100);
      expect(Math.abs(Number(back.mtimeNs - mtimeNs))).toBeLessThan(1000);
      await syncOnce(pair);
      expect(Object.fromEntries(remote.server.tree())).toEqual({ 'a.txt': 'one', 'b.txt': 'two' });
    } finally {
      rmSync(base, { recursive: true, force: true });
    }
  });
});
