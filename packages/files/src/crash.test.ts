import { hash } from 'node:crypto';
import { AppError } from '@holdfast/base';
import { FaultyBlobStore, MemoryBlobStore } from '@holdfast/blobs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeltaPiece } from './files.ts';
import { checkStore } from './maintenance/check-store.ts';
import { collectGarbage } from './maintenance/collect-garbage.ts';
import { bodyOf, bytesOf, createTestFiles, pattern, type TestFiles } from './testing/index.ts';

let t: TestFiles;
afterEach(() => t.close());

const diskFull = () =>
  Object.assign(new Error('database or disk is full'), { name: 'SqliteError', code: 'SQLITE_FULL' });

async function* halfOf(size: number): AsyncGenerator<DeltaPiece> {
  yield { kind: 'copy', start: 0, size: size / 2 };
}

describe('when something fails', () => {
  it.each(['before', 'midway', 'after'] as const)(
    'R7 a blob store that fails %s leaves the tree as it was',
    async (when) => {
      const inner = new MemoryBlobStore();
      const blobs = new FaultyBlobStore(inner);
      t = await createTestFiles({ blobs });
      await t.files.write(t.actor(), 'a', bodyOf('before'));
      const before = await t.files.list(t.actor(), '');
      blobs.failNext({ on: 'put', when, error: new AppError('disk-full') });
      await expect(t.files.write(t.actor(), 'a', bodyOf(pattern(90_000)))).rejects.toMatchObject({
        code: 'disk-full',
      });
      expect(await t.files.list(t.actor(), '')).toEqual(before);
      expect((await checkStore({ db: t.db, blobs })).findings).toEqual([]);
      await collectGarbage({ db: t.db, blobs, clock: { ...t.clock, now: () => Date.now() + 1e9 } });
      expect(inner.count).toBe(0);
    },
  );

  it('R7 a commit that fails undoes every kind of change whole', async () => {
    let failing = false;
    t = await createTestFiles({
      beforeCommit: () => {
        if (failing) throw diskFull();
      },
    });
    const { files } = t;
    const ana = t.actor();
    await files.write(ana, 'a/b/f', bodyOf('1'), { createParents: true });
    await files.write(ana, 'g', bodyOf(pattern(90_000)));
    await files.uploads.create(ana, 'up');
    await files.uploads.putChunk(ana, 'up', 1, bodyOf('x'));
    const { etag } = await files.get(ana, 'g');
    const look = async () => [
      await files.changes(ana, '', { depth: 'infinity' }),
      await files.uploads.list(ana, 'up'),
    ];
    const before = await look();
    failing = true;
    const overwrite = { overwrite: true };
    const attempts = [
      () => files.write(ana, 'a/b/f', bodyOf('2')),
      () => files.write(ana, 'new', bodyOf(pattern(70_000))),
      async () => {
        const batch = ['a/b/f', 'new'].map((path) => ({ path, bytes: pattern(50_000), options: {} }));
        const results = await files.writeBatch(ana, batch);
        expect(results).toEqual(batch.map(() => expect.objectContaining({ code: 'disk-full' })));
        throw results[0];
      },
      () =>
        files.writeDelta(ana, 'g', halfOf(90_000), {
          ifMatch: [etag],
          size: 45_000,
          digest: () => hash('sha256', pattern(90_000).subarray(0, 45_000)),
        }),
      () => files.mkdir(ana, 'x/y', { createParents: true }),
      () => files.move(ana, 'a', 'g', overwrite),
      () => files.copy(ana, 'a', 'g', { ...overwrite, depth: 'infinity' }),
      () => files.remove(ana, 'a'),
      () => files.patch(ana, 'a', [], { mtime: { s: 1, ns: 1 } }),
      () => files.lock(ana, 'locked', { scope: 'exclusive', depth: '0', timeoutSeconds: 9 }),
      () => files.uploads.finish(ana, 'up', 'up', {}),
      () => files.uploads.abort(ana, 'up'),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'disk-full' });
    failing = false;
    expect(await look()).toEqual(before);
    expect((await checkStore({ db: t.db, blobs: t.blobs })).findings).toEqual([]);
    await files.uploads.finish(ana, 'up', 'up', {});
  });

  it('says when the bytes of a file are missing, and serves the others', async () => {
    const blobs = new MemoryBlobStore();
    t = await createTestFiles({ blobs });
    await t.files.write(t.actor(), 'large', bodyOf(pattern(90_000)));
    await t.files.write(t.actor(), 'small', bodyOf('small'));
    blobs.lose();
    await expect(t.files.read(t.actor(), 'large')).rejects.toMatchObject({ code: 'store-damaged' });
    expect((await bytesOf(await t.files.read(t.actor(), 'small'))).toString()).toBe('small');
  });
});
