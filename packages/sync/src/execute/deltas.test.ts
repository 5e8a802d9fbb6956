import { AppError } from '@holdfast/base';
import { seededRandom } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { FakePair } from '../testing/fake-pair.ts';
import { killAfter } from '../testing/kill-after.ts';

const size = 2_000_000;
const aFewChunks = 4 * 256 * 1024;

function bytesOf(seed: number, length = size): Uint8Array {
  return seededRandom(seed).bytes(length);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

const first = bytesOf(1);
const edits: Record<string, Uint8Array> = {
  'a byte changed': first.with(1_000_000, (first[1_000_000] ?? 0) ^ 1),
  'bytes inserted near the front': joined(first.subarray(0, 5000), bytesOf(2, 100), first.subarray(5000)),
  'bytes removed in the middle': joined(first.subarray(0, 900_000), first.subarray(900_100)),
  'something appended': joined(first, bytesOf(3, 70_000)),
  'cut short': first.slice(0, 1_500_000),
  'its halves swapped': joined(first.subarray(1_000_000), first.subarray(0, 1_000_000)),
};

async function syncedPair(): Promise<FakePair> {
  const world = new FakePair({ deltaMinBytes: 500_000 });
  world.folder.disk.write('f', first);
  await world.sync();
  world.clock.advance(60_000);
  return world;
}

function here(world: FakePair): Uint8Array | undefined {
  return world.folder.disk.find('f')?.bytes;
}

function there(world: FakePair): Uint8Array | undefined {
  return world.remote.server.find('f')?.bytes;
}

async function inSync(world: FakePair, bytes: Uint8Array): Promise<void> {
  expect(Buffer.compare(here(world) ?? new Uint8Array(), bytes)).toBe(0);
  expect(Buffer.compare(there(world) ?? new Uint8Array(), bytes)).toBe(0);
  expect(world.folder.stagedCount).toBe(0);
  expect((await world.sync()).state).toBe('in-sync');
}

describe('a large file that has changed a little', () => {
  for (const [what, edited] of Object.entries(edits)) {
    it(`${what} here: about the change goes up`, async () => {
      using world = await syncedPair();
      world.folder.disk.write('f', edited);
      const report = await world.sync();
      expect(report).toMatchObject({ state: 'changed', problems: [], counts: { uploaded: 1 } });
      expect(report.bytesUp).toBeLessThan(aFewChunks);
      expect(world.remote.faults.calls('write')).toBe(1);
      expect(world.remote.faults.calls('deltas.chunks')).toBe(1);
      await inSync(world, edited);
    });

    it(`${what} there: about the change comes down`, async () => {
      using world = await syncedPair();
      world.remote.server.write('f', edited);
      const report = await world.sync();
      expect(report).toMatchObject({ state: 'changed', problems: [], counts: { downloaded: 1 } });
      expect(report.bytesDown).toBeLessThan(aFewChunks);
      await inSync(world, edited);
      // What was there before is kept.
      expect(world.folder.history).toHaveLength(1);
    });
  }

  const edited = edits['a byte changed'] ?? first;

  it('all other bytes come down whole', async () => {
    using world = await syncedPair();
    const other = bytesOf(9);
    world.remote.server.write('f', other);
    expect(await world.sync()).toMatchObject({ bytesDown: size, problems: [] });
    await inSync(world, other);
  });

  it('all other bytes go up', async () => {
    using world = await syncedPair();
    const other = bytesOf(9);
    world.folder.disk.write('f', other);
    expect(await world.sync()).toMatchObject({ bytesUp: size, problems: [] });
    await inSync(world, other);
  });

  it('a small version is sent and fetched whole', async () => {
    using world = await syncedPair();
    world.folder.disk.write('f', 'small');
    expect(await world.sync()).toMatchObject({ bytesUp: 5 });
    world.remote.server.write('f', first);
    expect(await world.sync()).toMatchObject({ bytesDown: size });
    expect(world.remote.faults.calls('deltas.chunks')).toBe(0);
    await inSync(world, first);
  });

  it.each(['server-answer-odd', 'not-supported', 'not-found'])(
    'goes whole when the list of chunks is not to be had: %s',
    async (code) => {
      using world = await syncedPair();
      const fail = () =>
        world.remote.faults.add({
          method: 'deltas.chunks',
          nth: 1,
          when: 'before',
          error: new AppError(code),
        });
      fail();
      world.folder.disk.write('f', edited);
      expect(await world.sync()).toMatchObject({ bytesUp: size, problems: [] });
      fail();
      world.clock.advance(60_000);
      world.remote.server.write('f', first);
      expect(await world.sync()).toMatchObject({ bytesDown: size, problems: [] });
      await inSync(world, first);
    },
  );

  const lies: Record<string, (list: { start: number; size: number; sha256: string }[]) => unknown> = {
    'is empty': () => [],
    'has gaps': (list) => list.slice(1),
    'has chunks of a size nobody cuts': ([chunk]) => [{ ...chunk, start: 0, size }],
    'is of other bytes': (list) =>
      list.map((chunk, index) => ({ ...chunk, sha256: String(index).repeat(64).slice(0, 64) })),
    'names hashes wrongly': (list) => {
      const hashes = list.map(({ sha256 }) => sha256);
      return list.map((chunk, index) => ({ ...chunk, sha256: hashes.at(index - 1) ?? '' }));
    },
  };
  for (const [what, lie] of Object.entries(lies)) {
    it(`R6 a list of chunks that ${what} does no harm`, async () => {
      using world = await syncedPair();
      const { deltas } = world.remote;
      if (deltas === undefined) throw new Error('no deltas');
      const chunks = deltas.chunks.bind(deltas);
      deltas.chunks = async (...args) =>
        lie([...(await chunks(...args))]) as Awaited<ReturnType<typeof chunks>>;
      world.folder.disk.write('f', edited);
      expect(await world.sync()).toMatchObject({ problems: [], counts: { uploaded: 1 } });
      world.clock.advance(60_000);
      world.remote.server.write('f', edits['something appended'] ?? first);
      expect(await world.sync()).toMatchObject({ problems: [], counts: { downloaded: 1 } });
      await inSync(world, edits['something appended'] ?? first);
    });
  }

  it('R6 a delta that the server has put together wrongly is sent whole', async () => {
    using world = await syncedPair();
    world.remote.faults.add({
      method: 'deltas.write',
      nth: 1,
      when: 'before',
      error: new AppError('upload-damaged'),
    });
    world.folder.disk.write('f', edited);
    expect(await world.sync()).toMatchObject({ problems: [], bytesUp: size });
    await inSync(world, edited);
  });

  it.each(['stores-nothing', 'truncates', 'flips-a-byte', 'says-done-on-failure'] as const)(
    'R6 a server that %s of a delta is found out, and the source is never replaced',
    async (lie) => {
      using world = await syncedPair();
      world.remote.lies.push(lie);
      world.folder.disk.write('f', edited);
      const report = await world.sync();
      expect(report).toMatchObject({ conflicts: [], problems: [], counts: { downloaded: 0 } });
      await inSync(world, edited);
    },
  );

  it('R5 a version of somebody else is not replaced by a delta', async () => {
    using world = await syncedPair();
    world.folder.disk.write('f', edited);
    await world.syncAround((method, act) => {
      if (method === 'deltas.write') world.remote.server.write('f', 'of somebody else');
      return act();
    });
    expect(Object.values(world.server())).toContain('of somebody else');
    expect(Object.keys(world.server())).toHaveLength(2);
    expect(world.local()).toEqual(world.server());
  });

  it('R5 an edit here while a delta comes down is not replaced', async () => {
    using world = await syncedPair();
    world.remote.server.write('f', edited);
    await world.syncAround(async (method, act) => {
      const result = await act();
      if (method === 'deltas.chunks') world.folder.disk.write('f', 'edited here');
      return result;
    });
    expect(Object.values(world.local())).toContain('edited here');
    expect(Object.keys(world.local())).toHaveLength(2);
    expect(world.local()).toEqual(world.server());
  });

  it('R5 an edit while a delta goes up is sent as it is then', async () => {
    using world = await syncedPair();
    world.folder.disk.write('f', edited);
    let reads = 0;
    await world.syncAround((method, act) => {
      if (method === 'deltas.write') {
        reads += 1;
        if (reads === 1) world.folder.disk.write('f', edits['cut short'] ?? first);
      }
      return act();
    });
    await world.sync();
    await inSync(world, edits['cut short'] ?? first);
  });

  it('R7 killed after a delta it is known as its own, an edit after it too', async () => {
    using world = await syncedPair();
    world.folder.disk.write('f', edited);
    expect(await killAfter(world, 'deltas.write')).toBe(true);
    world.clock.advance(60_000);
    world.folder.disk.write('f', edits['something appended'] ?? first);
    expect((await world.sync()).conflicts).toEqual([]);
    await inSync(world, edits['something appended'] ?? first);
  });
});
