import { hash } from 'node:crypto';
import type { Clock } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { ChangeNotifier } from './change-notifier.ts';
import { bodyOf, pattern } from './testing/bodies.ts';
import { createTestFiles } from './testing/create-test-files.ts';

/** A clock whose sleepers wait until they are woken. */
function heldClock() {
  const sleepers: { ms: number; wake: () => void }[] = [];
  const sleep = (ms: number) => new Promise<void>((wake) => sleepers.push({ ms, wake }));
  const clock: Clock = { now: () => 0, monotonic: () => 0, sleep };
  return {
    clock,
    sleepers,
    /** Wakes the oldest sleeper; gives how long it wanted to sleep. */
    async next() {
      const sleeper = sleepers.shift();
      sleeper?.wake();
      await Promise.resolve();
      return sleeper?.ms;
    },
  };
}

describe('the notifier', () => {
  it('tells once for many changes, each user for itself', async () => {
    const { clock, next } = heldClock();
    const notifier = new ChangeNotifier(clock, { first: 30, longest: 100 });
    const told: string[] = [];
    using _ = notifier.listen((userId) => told.push(userId));
    for (const userId of ['ana', 'ana', 'ben', 'ana']) notifier.changed(userId);
    expect(told).toEqual([]);
    await next();
    await next();
    expect(told).toEqual(['ana', 'ben']);
  });

  it('tells less often while changes keep coming, and quickly again after a pause', async () => {
    const { clock, next, sleepers } = heldClock();
    const notifier = new ChangeNotifier(clock, { first: 30, longest: 100 });
    let told = 0;
    using _ = notifier.listen(() => told++);
    const pauses: unknown[] = [];
    for (let round = 0; round < 4; round++) {
      notifier.changed('ana');
      pauses.push(await next());
    }
    expect(pauses).toEqual([30, 60, 100, 100]);
    expect(told).toBe(4);
    await next();
    expect(sleepers).toEqual([]);
    notifier.changed('ana');
    expect(await next()).toBe(30);
    expect(told).toBe(5);
  });

  it('does nothing while nobody listens, and nothing for those who have left', async () => {
    const { clock, next, sleepers } = heldClock();
    const notifier = new ChangeNotifier(clock);
    notifier.changed('ana');
    expect(sleepers).toEqual([]);
    let told = 0;
    const listening = notifier.listen(() => told++);
    notifier.changed('ana');
    listening[Symbol.dispose]();
    await next();
    expect(told).toBe(0);
  });
});

describe('a tree', () => {
  it('tells of every kind of change, after it is durable, and of nothing that failed', async () => {
    await using test = await createTestFiles();
    const { files } = test;
    const ana = test.actor();
    const told: string[] = [];
    using _ = files.onChange((userId) => told.push(userId));
    const guard = { overwrite: false } as const;
    const more = async function* () {
      yield { kind: 'bytes', bytes: Buffer.from('more') } as const;
    };
    const changes: Record<string, () => Promise<unknown>> = {
      write: () => files.write(ana, 'a', bodyOf('one')),
      writeBatch: () => files.writeBatch(ana, [{ path: 'small', bytes: pattern(10), options: {} }]),
      writeDelta: async () => {
        const { etag } = await files.get(ana, 'small');
        const options = { ifMatch: [etag] as [string], size: 4, digest: () => hash('sha256', 'more') };
        return await files.writeDelta(ana, 'small', more(), options);
      },
      mkdir: () => files.mkdir(ana, 'folder'),
      move: () => files.move(ana, 'a', 'folder/a', guard),
      copy: () => files.copy(ana, 'folder/a', 'b', { ...guard, depth: 'infinity' }),
      patch: () => files.patch(ana, 'b', [], { executable: true }),
      lock: () => files.lock(ana, 'new', { scope: 'exclusive', depth: '0', timeoutSeconds: 60 }),
      remove: () => files.remove(ana, 'b'),
      finish: async () => {
        await files.uploads.create(ana, 't');
        await files.uploads.putChunk(ana, 't', 1, bodyOf('chunk'));
        await files.uploads.finish(ana, 't', 'c', {});
      },
    };
    for (const [name, change] of Object.entries(changes)) {
      const before = await files.syncToken(ana);
      told.length = 0;
      await change();
      await new Promise((resolve) => setImmediate(resolve));
      expect({ name, told }).toEqual({ name, told: ['ana'] });
      expect(await files.syncToken(ana)).not.toBe(before);
    }
    told.length = 0;
    await expect(files.remove(ana, 'not there')).rejects.toThrow();
    await expect(files.write(ana, 'c', bodyOf('x'), { ifNoneMatch: '*' })).rejects.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
  });
});
