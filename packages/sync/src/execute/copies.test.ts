import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import { killAfter } from '../testing/kill-after.ts';

/** Large enough that it is worth looking for. */
const big = (mark: string) => mark.repeat(300_000 / mark.length);

async function inSync(world: FakePair): Promise<void> {
  expect(world.local()).toEqual(world.server());
  expect((await world.sync()).state).toBe('in-sync');
}

describe.each(['feed', 'etag-walk', 'listing'] as const)('copies with a %s server', (discovery) => {
  async function pairWith(text: string): Promise<FakePair> {
    const world = new FakePair({ discovery });
    world.folder.disk.write('one', text, { mtime: { s: 1_600_000_000, ns: 0 } });
    await world.sync();
    return world;
  }

  it('a copied file costs no bytes, and has its own time', async () => {
    using world = await pairWith(big('ab'));
    world.folder.disk.mkdir('d');
    world.folder.disk.write('d/two', big('ab'), { mtime: { s: 1_700_000_000, ns: 0 } });
    const report = await world.sync();
    expect(report).toMatchObject({ state: 'changed', bytesUp: 0, counts: { uploaded: 1 }, problems: [] });
    expect(world.remote.faults.calls('write')).toBe(1);
    expect(world.remote.faults.calls('copy')).toBe(1);
    if (discovery !== 'listing') expect(world.remote.server.get('d/two').mtime.s).toBe(1_700_000_000);
    await inSync(world);
  });

  it('other bytes of the same size are sent', async () => {
    using world = await pairWith(big('ab'));
    world.folder.disk.write('two', big('cd'));
    expect(await world.sync()).toMatchObject({ bytesUp: 300_000, counts: { uploaded: 1 } });
    expect(world.remote.faults.calls('copy')).toBe(0);
    await inSync(world);
  });

  it('R5 it is sent when what would be copied has changed on the server meanwhile', async () => {
    using world = await pairWith(big('ab'));
    world.folder.disk.write('two', big('ab'));
    await world.syncAround((method, act) => {
      if (method === 'copy') world.remote.server.write('one', 'of somebody else');
      return act();
    });
    expect(world.server()).toEqual({ one: 'of somebody else', two: big('ab') });
    await world.sync({ allowMassChange: true });
    await inSync(world);
  });

  it('R6 a server that says it cannot, or copies nothing, gets the bytes', async () => {
    using world = await pairWith(big('ab'));
    world.folder.disk.write('two', big('ab'));
    world.remote.faults.add({
      method: 'copy',
      nth: 1,
      when: 'before',
      error: new AppError('not-supported'),
    });
    expect(await world.sync()).toMatchObject({ bytesUp: 300_000, problems: [] });
    await inSync(world);
  });

  it('R5 a file of somebody else at the target is never replaced', async () => {
    using world = await pairWith(big('ab'));
    world.folder.disk.write('two', big('ab'));
    await world.syncAround((method, act) => {
      if (method === 'copy') world.remote.server.write('two', 'of somebody else');
      return act();
    });
    expect(Object.values(world.server()).sort()).toEqual([big('ab'), big('ab'), 'of somebody else'].sort());
    await inSync(world);
  });

  it('R7 killed right after the copy it is known as its own', async () => {
    using world = await pairWith(big('ab'));
    world.folder.disk.write('two', big('ab'));
    expect(await killAfter(world, 'copy')).toBe(true);
    world.folder.disk.write('two', 'edited after it');
    const report = await world.sync();
    expect(report.conflicts).toEqual([]);
    expect(world.server()).toEqual({ one: big('ab'), two: 'edited after it' });
    await inSync(world);
  });

  it('a new file of the server is made of what is here, where its hash is told', async () => {
    using world = await pairWith(big('ab'));
    world.remote.server.write('two', big('ab'));
    world.remote.server.write('three', big('cd'));
    const report = await world.sync();
    expect(report).toMatchObject({ state: 'changed', counts: { downloaded: 2 }, problems: [] });
    expect(report.bytesDown).toBe(discovery === 'feed' ? 300_000 : 600_000);
    await inSync(world);
  });

  it('R6 what is here and no longer what was agreed on is not copied', async () => {
    using world = await pairWith(big('ab'));
    world.remote.server.write('two', big('ab'));
    await world.syncAround((method, act) => {
      // As a program that writes without changing the size.
      if (method === 'read') world.folder.disk.write('one', big('cd'));
      return act();
    });
    expect(world.local().two).toBe(big('ab'));
    await world.sync();
    await inSync(world);
    expect(world.server()).toEqual({ one: big('cd'), two: big('ab') });
  });
});
