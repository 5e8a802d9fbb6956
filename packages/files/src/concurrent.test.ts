import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from './maintenance/check-store.ts';
import { collectGarbage } from './maintenance/collect-garbage.ts';
import { bodyOf, createTestFiles, pattern, type TestFiles } from './testing/index.ts';

let t: TestFiles;
beforeEach(async () => {
  t = await createTestFiles();
});
afterEach(() => t.close());
const ana = () => t.actor();
const codes = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? 'ok' : result.reason.code)).sort();

describe('at the same time', () => {
  it('makes a folder once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => t.files.mkdir(ana(), 'a')));
    expect(codes(results)).toEqual([
      'already-exists',
      'already-exists',
      'already-exists',
      'already-exists',
      'ok',
    ]);
  });

  it('locks exclusively once', async () => {
    const request = { scope: 'exclusive', depth: '0', timeoutSeconds: 10 } as const;
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => t.files.lock(ana(), 'a', request)),
    );
    expect(codes(results)).toEqual(['locked', 'locked', 'locked', 'locked', 'ok']);
  });

  it('moves into each other at most once, and never makes a circle', async () => {
    for (const path of ['a', 'b', 'a/x', 'b/y']) await t.files.mkdir(ana(), path);
    const results = await Promise.allSettled([
      t.files.move(ana(), 'a', 'b/y/a', { overwrite: false }),
      t.files.move(ana(), 'b', 'a/x/b', { overwrite: false }),
    ]);
    expect(codes(results)).toEqual(['ok', 'parent-missing']);
    expect((await checkStore({ db: t.db, blobs: t.blobs })).findings).toEqual([]);
  });

  it('never exceeds the quota together', async () => {
    await t.files.createRoot('ana', 250_000);
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => t.files.write(ana(), `f${i}`, bodyOf(pattern(100_000, i)))),
    );
    expect(codes(results)).toEqual(['ok', 'ok', 'quota-exceeded', 'quota-exceeded', 'quota-exceeded']);
    expect((await t.files.quota(ana())).used).toBe(200_000);
  });

  it('finishes an upload once', async () => {
    await t.files.uploads.create(ana(), 'up');
    await t.files.uploads.putChunk(ana(), 'up', 1, bodyOf(pattern(50_000)));
    const results = await Promise.allSettled(
      Array.from({ length: 3 }, (_, i) => t.files.uploads.finish(ana(), 'up', `f${i}`, {})),
    );
    expect(codes(results)).toEqual(['not-found', 'not-found', 'ok']);
  });

  it('writes, removes and sweeps without damage', async () => {
    const write = async (i: number) => {
      await t.files.write(ana(), `f${i % 5}`, bodyOf(pattern(40_000, i % 3)));
      if (i % 2 === 0) await t.files.remove(ana(), `f${i % 5}`).catch(() => undefined);
    };
    const sweep = () => collectGarbage({ db: t.db, blobs: t.blobs, clock: t.clock, graceMs: 1000 });
    for (let round = 0; round < 10; round++) {
      t.clock.advance(700);
      await Promise.all([...Array.from({ length: 8 }, (_, i) => write(round * 8 + i)), sweep()]);
    }
    const report = await checkStore({ db: t.db, blobs: t.blobs });
    expect(report.findings).toEqual([]);
  });
});
