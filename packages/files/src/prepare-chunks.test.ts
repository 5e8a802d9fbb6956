import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, pattern } from './testing/bodies.ts';
import { createTestFiles, type TestFiles } from './testing/create-test-files.ts';

let world: TestFiles;
let stop: AbortController;
let running: Promise<void>;
beforeEach(async () => {
  world = await createTestFiles({ limits: { preparedBytes: 100_000, chunkedBytes: 500_000 } });
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await running;
  await world.close();
});

const put = (path: string, size: number) =>
  world.files.write(world.actor(), path, bodyOf(pattern(size, size)));

const kept = async () =>
  (await world.db.read((query) => query.selectFrom('content_chunks').selectAll().execute())).length;

/** Starts, and waits until it has looked at what there is. */
async function start(): Promise<void> {
  running = world.files.prepareChunks(stop.signal);
  for (let i = 0; i < 5; i++) await world.db.read(async () => undefined);
}

/** Lets the clock go on until so many contents are cut. */
async function untilKept(count: number): Promise<void> {
  await expect
    .poll(
      async () => {
        world.clock.advance(500);
        return kept();
      },
      { timeout: 10_000, interval: 5 },
    )
    .toBe(count);
}

describe('in quiet moments', () => {
  it('large contents that come are cut, and none that was there before', async () => {
    await put('old', 160_000);
    await start();
    await put('a', 150_000);
    await untilKept(1);
    await put('b', 200_000);
    await put('small', 99_999);
    await put('too-large', 500_001);
    await untilKept(2);
    const { chunks } = await world.files.chunks(world.actor(), 'b');
    await put('c', 200_000);
    expect(Buffer.from((await world.files.chunks(world.actor(), 'c')).chunks)).toEqual(Buffer.from(chunks));
  });

  it('a content whose bytes are lost keeps nobody from the others', async () => {
    await start();
    const opened = await world.files.read(world.actor(), (await put('c', 101_000)).node.path);
    await put('a', 150_000);
    const { node } = await put('b', 160_000);
    for await (const blob of world.blobs.list()) {
      if (blob.size === node.size) await world.blobs.remove([blob.id]);
    }
    await bytesOf(opened);
    await untilKept(2);
  });

  it('somebody who reads comes first', async () => {
    await start();
    await put('large', 500_001);
    const opened = await world.files.read(world.actor(), 'large');
    await put('a', 150_000);
    for (let i = 0; i < 20; i++) {
      world.clock.advance(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await kept()).toBe(0);
    await bytesOf(opened);
    await untilKept(1);
  });
});
