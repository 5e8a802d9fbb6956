import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { openEngine, syncOnce } from '../engine/open-engine.ts';
import { Journal } from '../journal/journal.ts';
import { caring, killCare } from '../testing/caring.ts';
import { FakePair } from '../testing/fake-pair.ts';
import { killAfter } from '../testing/kill-after.ts';
import type { UndoReport } from './pair-care.ts';

function undo(world: FakePair, run: number, planOnly = false): Promise<UndoReport> {
  return caring(world, (care) => care.undo(run, { planOnly }));
}

async function started(...paths: string[]): Promise<FakePair> {
  const world = new FakePair();
  for (const path of paths) world.folder.disk.write(path, `${path} at first`);
  await world.sync();
  return world;
}

describe('undo', () => {
  it('brings back what a run has removed and replaced here, and the next run carries it over', async () => {
    using world = await started('d/e/gone', 'd/other', 'edited', 'same');
    const { server } = world.remote;
    server.remove('d');
    server.write('edited', 'edited there');
    const { run } = await world.sync();
    expect(world.local()).toEqual({ edited: 'edited there', same: 'same at first' });
    const report = await undo(world, run);
    expect(report).toMatchObject({ run, left: [] });
    expect(report.done.map(({ path }) => path).sort()).toEqual(['d', 'd/e', 'd/e/gone', 'd/other', 'edited']);
    const before = {
      d: undefined,
      'd/e': undefined,
      'd/e/gone': 'd/e/gone at first',
      'd/other': 'd/other at first',
      edited: 'edited at first',
      same: 'same at first',
    };
    expect(world.local()).toEqual(before);
    expect((await world.sync()).state).toBe('changed');
    expect(world.server()).toEqual(before);
    expect((await world.sync()).state).toBe('in-sync');
  });

  it('moves back what a run has moved here, whatever is in it by now', async () => {
    using world = await started('d/a', 'f', 'x', 'y');
    const { server } = world.remote;
    server.mkdir('m');
    server.move('d', 'm/d');
    server.move('f', 'g');
    server.move('x', 'z');
    server.move('y', 'x');
    server.move('z', 'y');
    const { run } = await world.sync();
    expect(world.local()).toMatchObject({ 'm/d/a': 'd/a at first', x: 'y at first', y: 'x at first' });
    world.folder.disk.write('m/d/new', 'new since');
    expect(await undo(world, run)).toMatchObject({ left: [] });
    expect(world.local()).toEqual({
      d: undefined,
      'd/a': 'd/a at first',
      'd/new': 'new since',
      f: 'f at first',
      m: undefined,
      x: 'x at first',
      y: 'y at first',
    });
  });

  it('leaves alone what was changed since, and says so', async () => {
    using world = await started('a', 'b', 'c', 'd', 'e');
    const { server } = world.remote;
    const { disk } = world.folder;
    for (const name of ['a', 'b']) server.write(name, `${name} from there`);
    for (const name of ['c', 'd']) server.remove(name);
    server.move('e', 'f');
    const { run } = await world.sync();
    disk.write('a', 'mine since');
    disk.remove('b');
    disk.write('c', 'another one since');
    disk.write('d', 'd at first');
    disk.move('f', 'away');
    const { done, left } = await undo(world, run);
    expect(done).toEqual([]);
    expect(left.map(({ path }) => path).sort()).toEqual(['a', 'b', 'c', 'f']);
    expect(world.local()).toEqual({
      a: 'mine since',
      c: 'another one since',
      d: 'd at first',
      away: 'e at first',
    });
  });

  it('follows a file that was renamed since', async () => {
    using world = await started('a');
    world.remote.server.write('a', 'from there');
    const { run } = await world.sync();
    world.folder.disk.move('a', 'b');
    await world.sync();
    expect(await undo(world, run)).toMatchObject({ done: [{ path: 'b' }], left: [] });
    expect(world.local()).toEqual({ b: 'a at first' });
  });

  it('puts back what it has removed on the server where this computer still has it', async () => {
    using world = await started('d/a', 'd/b', 'copy of a');
    const { disk } = world.folder;
    disk.write('copy of a', 'd/a at first');
    await world.sync();
    disk.remove('d');
    const { run } = await world.sync();
    expect(world.server()).toEqual({ 'copy of a': 'd/a at first' });
    const { done, left } = await undo(world, run);
    expect(done.map(({ path }) => path)).toEqual(['d', 'd/a']);
    expect(left).toEqual([{ path: 'd/b', reason: expect.stringContaining("server's trash") }]);
    await world.sync();
    expect(world.server()).toMatchObject({ d: undefined, 'd/a': 'd/a at first' });
  });

  it('removes nothing that came new from the server, and says what it cannot bring back there', async () => {
    using world = await started('a');
    world.remote.server.write('new', 'new there');
    world.folder.disk.write('a', 'edited here');
    const { run } = await world.sync();
    const { done, left } = await undo(world, run);
    expect(done).toEqual([]);
    expect(left).toMatchObject([{ path: 'a' }]);
    expect(world.local()).toEqual({ a: 'edited here', new: 'new there' });
  });

  it('can be undone itself', async () => {
    using world = await started('a', 'd/b', 'm');
    const { server } = world.remote;
    server.write('a', 'from there');
    server.remove('d');
    server.move('m', 'n');
    const { run } = await world.sync();
    const after = world.local();
    await undo(world, run);
    const [second, first] = await caring(world, (care) => care.runs(2));
    expect(second).toMatchObject({ kind: 'undo', state: 'changed', undone: false, summary: { undoes: run } });
    expect(first).toMatchObject({ run, kind: 'sync', undone: true });
    expect(await undo(world, second?.run ?? 0)).toMatchObject({ left: [] });
    expect(world.local()).toEqual(after);
    expect(await caring(world, (care) => care.runs(3))).toMatchObject([
      { kind: 'undo', undone: false },
      { kind: 'undo', undone: true },
      { kind: 'sync', undone: false },
    ]);
    await world.sync();
    expect(world.server()).toEqual(after);
  });

  it('only tells with planOnly, and tells what it then does', async () => {
    using world = await started('a', 'd/b', 'd/c/e', 'm', 'k');
    const { server } = world.remote;
    server.write('a', 'from there');
    server.remove('d');
    server.move('m', 'n');
    server.write('k', 'k from there');
    const { run } = await world.sync();
    server.write('n', 'n from there');
    world.folder.disk.write('k', 'mine since');
    await world.sync();
    const before = world.local();
    const planned = await undo(world, run, true);
    expect(world.local()).toEqual(before);
    expect(await caring(world, (care) => care.runs(1))).toMatchObject([{ kind: 'sync' }]);
    const done = await undo(world, run);
    expect(planned).toEqual(done);
    expect(done.done.length).toBeGreaterThan(3);
    expect(done.left).toMatchObject([{ path: 'k' }]);
  });

  it('R7 interrupted at any moment it leaves nothing half, and is finished by another one', async () => {
    for (let nth = 1, killed = true; killed; nth += 1) {
      using world = await started('a', 'd/b', 'd/c', 'm');
      const { server } = world.remote;
      const before = world.local();
      server.write('a', 'from there');
      server.remove('d');
      server.move('m', 'n');
      const { run } = await world.sync();
      killed = await killCare(world, nth, (care) => care.undo(run));
      for (const [path, text] of Object.entries(world.local())) {
        if (text !== undefined) expect([`${path} at first`, 'from there', 'm at first']).toContain(text);
      }
      const { left } = await undo(world, run);
      expect({ nth, left }).toEqual({ nth, left: [] });
      expect(world.local()).toEqual(before);
      expect(world.folder.stagedCount).toBe(0);
      await world.sync();
      expect(world.server()).toEqual(before);
    }
  });

  it('puts a file back in the place of another one that came there in the same run', async () => {
    using world = await started('a', 'b', 'c');
    const { server } = world.remote;
    for (const name of ['a', 'b']) server.remove(name);
    await world.sync();
    world.folder.disk.write('a', 'a again');
    world.folder.disk.write('b', 'b again');
    await world.sync();
    server.remove('a');
    server.move('c', 'a');
    server.remove('b');
    server.write('b', 'another b');
    const { run } = await world.sync();
    expect(world.local()).toEqual({ a: 'c at first', b: 'another b' });
    expect(await undo(world, run)).toMatchObject({ left: [] });
    expect(world.local()).toEqual({ a: 'a again', b: 'b again', c: 'c at first' });
  });

  it('brings a symbolic link back as one', async () => {
    using world = new FakePair();
    const { disk } = world.folder;
    disk.write('target', 'text');
    for (const name of ['edited', 'gone']) disk.write(name, 'target', { link: true });
    await syncOnce({ ...world.pair, links: true });
    world.remote.server.write('edited', 'a file now');
    world.remote.server.remove('gone');
    const { run } = await syncOnce({ ...world.pair, links: true });
    expect(world.local()).toEqual({ edited: 'a file now', target: 'text' });
    expect(await undo(world, run)).toMatchObject({ left: [] });
    expect(world.local()).toEqual({ edited: 'target', gone: 'target', target: 'text' });
    for (const name of ['edited', 'gone']) expect(disk.find(name)).toMatchObject({ link: true });
  });

  it('R1 R7 of a run that was killed anywhere takes back what it knows, and tells of the rest', async () => {
    for (let nth = 1, killed = true; killed; nth += 1) {
      using world = await started('a', 'b', 'd/c', 'd/e', 'm');
      const { server } = world.remote;
      for (const name of ['a', 'b']) server.write(name, `${name} from there`);
      server.remove('d');
      server.move('m', 'n');
      const before = world.local();
      killed = await killAfter(world, undefined, nth);
      const [last] = await caring(world, (care) => care.runs(1));
      if (last?.run !== 2) continue;
      const { done, left } = await undo(world, 2);
      const now = world.local();
      const told = [...done, ...left].map(({ path }) => path);
      for (const [path, text] of Object.entries(before)) {
        // Of an empty folder there is nothing to keep.
        if (text === undefined) continue;
        if (path === 'm') expect(now.m ?? now.n, `${nth}`).toBe(text);
        else if (!(path in now) || now[path] !== text) expect(told, `${nth}`).toContain(path);
      }
      const kept = world.folder.history.map(({ bytes }) => new TextDecoder().decode(bytes));
      const texts = Object.values(before).filter((text) => text !== undefined);
      expect([...kept, ...Object.values(now)]).toEqual(expect.arrayContaining(texts));
      await world.sync({ allowMassChange: true });
      expect(world.server()).toEqual(world.local());
    }
  });

  it('of a run that is not known is refused', async () => {
    using world = await started('a');
    await expect(undo(world, 99)).rejects.toMatchObject({ code: 'not-found' });
    await expect(undo(world, -1)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('goes on with the others when one cannot be brought back', async () => {
    using world = await started('a', 'b');
    for (const name of ['a', 'b']) world.remote.server.write(name, `${name} from there`);
    const { run } = await world.sync();
    world.folder.history.splice(0, 1);
    const { done, left } = await undo(world, run);
    expect(done).toHaveLength(1);
    expect(left).toMatchObject([{ reason: expect.stringContaining('history') }]);
  });

  it('says when the journal does not hold the whole run any more', async () => {
    using world = await started('a', 'b');
    for (const name of ['a', 'b']) world.remote.server.write(name, `${name} from there`);
    const { run } = await world.sync();
    const journal = Journal.open(world.stateDir);
    for (const { id } of [...journal.lines.ofRun(1), ...journal.lines.ofRun(run).slice(0, -1)]) {
      journal.lines.drop(id);
    }
    journal.close();
    const { done, left } = await undo(world, run);
    expect(done).toHaveLength(1);
    expect(left.map(({ path }) => path)).toEqual(['', done[0]?.path === 'a' ? 'b' : 'a']);
  });

  it('writes nothing down that did not happen, and stops for a full disk', async () => {
    using world = await started('a', 'd/b', 'm');
    const { server } = world.remote;
    server.write('a', 'from there');
    server.remove('d');
    server.move('m', 'n');
    const { run } = await world.sync();
    const after = world.local();
    const full = new AppError('local-disk-full');
    for (const method of ['place', 'move', 'mkdir'])
      world.folder.faults.add({ method, nth: 1, when: 'before', error: full });
    await expect(undo(world, run)).rejects.toMatchObject({ code: 'local-disk-full' });
    expect(world.local()).toEqual(after);
    const [stopped] = await caring(world, (care) => care.runs(1));
    expect(stopped).toMatchObject({ kind: 'undo', state: 'stopped', summary: { done: 0 } });
    for (const path of ['a', 'd', 'd/b', 'm', 'n']) {
      const { decisions } = await caring(world, (care) => care.history(path));
      expect(decisions.filter((one) => one.run === stopped?.run)).toEqual([]);
    }
    expect(world.folder.stagedCount).toBe(0);
    world.folder.faults.clear();
    expect(await undo(world, run)).toMatchObject({ left: [] });
    expect(world.local()).toMatchObject({ a: 'a at first', 'd/b': 'd/b at first', m: 'm at first' });
  });

  it('leaves conflicts to the conflict list', async () => {
    using world = await started('a');
    world.folder.disk.write('a', 'mine');
    world.remote.server.write('a', 'theirs, longer');
    const { run, conflicts } = await world.sync();
    const copy = conflicts[0]?.copy ?? '';
    const before = world.local();
    expect((await undo(world, run)).left).toContainEqual({
      path: 'a',
      reason: expect.stringContaining(copy),
    });
    expect(world.local()).toEqual(before);
  });

  it('waits for a run that is under way', async () => {
    using world = await started('a');
    world.remote.server.write('a', 'from there');
    await using engine = await openEngine(world.pair);
    const running = engine.run();
    const undone = engine.care.undo(2);
    expect((await running).run).toBe(2);
    expect(await undone).toMatchObject({ done: [{ path: 'a' }] });
    expect(world.local()).toEqual({ a: 'a at first' });
    expect(engine.care.truth().green).toBe(false);
    expect(await engine.run()).toMatchObject({ state: 'changed', counts: { uploaded: 1 } });
    expect(engine.care.truth().green).toBe(true);
  });
});
