import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';

/** Two clients of one node that has batches or not, with an executable file both know. */
async function clients(batchFileBytes: number | undefined) {
  const node = batchFileBytes === undefined ? {} : { batchFileBytes };
  const one = new FakePair(node);
  const two = new FakePair({ ...node, clock: one.clock, server: one.remote.server });
  one.folder.disk.write('tool', '#!', { executable: true });
  one.folder.disk.write('text', 'text');
  await one.sync();
  await two.sync();
  const both = async () => {
    for (const world of [one, two, one, two]) expect((await world.sync()).problems).toEqual([]);
    const bits = [one, two].map((world) =>
      ['tool', 'text'].map((path) => [
        world.folder.disk.read(path),
        world.folder.disk.find(path)?.executable,
      ]),
    );
    for (const world of [one, two]) {
      expect((await world.sync()).state).toBe('in-sync');
      world[Symbol.dispose]();
    }
    expect(bits[0]).toEqual(bits[1]);
    return bits[0];
  };
  return { one, two, both };
}

describe.each([undefined, 1024])('the executable bit, with batches up to %s bytes', (batches) => {
  it('comes with new files, and alone', async () => {
    const { one, two, both } = await clients(batches);
    expect(two.folder.disk.find('tool')?.executable).toBe(true);
    one.folder.disk.write('tool', '#!', { executable: false });
    two.folder.disk.write('text', 'text', { executable: true });
    expect(await both()).toEqual([
      ['#!', false],
      ['text', true],
    ]);
  });

  it('of one side and the bytes of the other come together', async () => {
    const { one, two, both } = await clients(batches);
    one.folder.disk.write('tool', '#! edited');
    two.folder.disk.write('tool', '#!', { executable: false });
    two.folder.disk.write('text', 'text edited');
    one.folder.disk.write('text', 'text', { executable: true });
    expect(await both()).toEqual([
      ['#! edited', false],
      ['text edited', true],
    ]);
  });

  it('stays with each version of a conflict', async () => {
    const { one, two, both } = await clients(batches);
    one.folder.disk.write('text', 'one', { executable: true });
    two.folder.disk.write('text', 'two!', { executable: false });
    await both();
    const copy = Object.keys(two.local()).find((path) => path.includes('conflict')) ?? '';
    expect([two.folder.disk.read('text'), two.folder.disk.find('text')?.executable]).toEqual(['one', true]);
    expect([one.folder.disk.read(copy), one.folder.disk.find(copy)?.executable]).toEqual(['two!', false]);
  });
});

it('the executable bit is kept here where the server does not keep it', async () => {
  using world = new FakePair({ discovery: 'etag-walk' });
  world.folder.disk.write('tool', '#!', { executable: true });
  await world.sync();
  world.remote.server.write('tool', '#! edited there');
  await world.sync();
  world.folder.disk.write('tool', '#! edited here');
  await world.sync();
  expect(world.folder.disk.find('tool')?.executable).toBe(true);
  expect(world.server().tool).toBe('#! edited here');
  expect((await world.sync()).state).toBe('in-sync');
});
