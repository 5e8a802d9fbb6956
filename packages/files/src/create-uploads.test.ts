import { createHash } from 'node:crypto';
import type { MemoryBlobStore } from '@holdfast/blobs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, createTestFiles, pattern, type TestFiles } from './testing/index.ts';

let t: TestFiles;
beforeEach(async () => {
  t = await createTestFiles();
});
afterEach(() => t.close());
const ana = () => t.actor();
const sha = (kind: string, bytes: Buffer) => createHash(kind).update(bytes).digest('hex');

describe('uploads', () => {
  it.each([
    ['large chunks', [100_000, 70_000, 5]],
    ['small ones alone', [10, 0, 20]],
    ['one large one', [200_000]],
    ['many small ones', Array(20).fill(4000)],
  ])('make a file out of %s, in order of their numbers', async (_, sizes) => {
    const chunks = sizes.map((size, i) => pattern(size, i * 1000));
    const whole = Buffer.concat(chunks);
    await t.files.uploads.create(ana(), 'tr', whole.length);
    for (const [i, chunk] of [...chunks.entries()].reverse()) {
      await t.files.uploads.putChunk(ana(), 'tr', i + 1, bodyOf(chunk), { size: chunk.length });
    }
    expect((await t.files.uploads.list(ana(), 'tr')).map((chunk) => chunk.size)).toEqual(sizes);
    const before = (t.blobs as MemoryBlobStore).count;
    const { node, created } = await t.files.uploads.finish(ana(), 'tr', 'f', {
      size: whole.length,
      mtime: { s: 7, ns: 0 },
      checksums: [{ kind: 'SHA1', hex: sha('sha1', whole) }],
    });
    expect(created).toBe(true);
    expect(node).toMatchObject({ size: whole.length, mtime: { s: 7, ns: 0 } });
    expect(node.checksums[0]?.hex).toBe(sha('sha256', whole));
    if (sizes.every((size) => size > 32_768)) expect((t.blobs as MemoryBlobStore).count).toBe(before);
    expect((await bytesOf(await t.files.read(ana(), 'f'))).equals(whole)).toBe(true);
    const part = await t.files.read(ana(), 'f', { start: 3, end: whole.length - 2 });
    expect((await bytesOf(part)).equals(whole.subarray(3, -1))).toBe(true);
    await expect(t.files.uploads.list(ana(), 'tr')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('replace a chunk that is sent again, and drop one that is removed', async () => {
    await t.files.uploads.create(ana(), 'tr');
    await t.files.uploads.putChunk(ana(), 'tr', 1, bodyOf('wrong'));
    await t.files.uploads.putChunk(ana(), 'tr', 1, bodyOf('right'));
    await t.files.uploads.putChunk(ana(), 'tr', 2, bodyOf('!'));
    await t.files.uploads.putChunk(ana(), 'tr', 7, bodyOf('stale'));
    await t.files.uploads.removeChunk(ana(), 'tr', 7);
    await expect(t.files.uploads.removeChunk(ana(), 'tr', 7)).rejects.toMatchObject({ code: 'not-found' });
    await t.files.uploads.finish(ana(), 'tr', 'f', {});
    expect((await bytesOf(await t.files.read(ana(), 'f'))).toString()).toBe('right!');
  });

  it('R6 never become an empty file that nobody announced', async () => {
    await t.files.uploads.create(ana(), 'tr');
    await expect(t.files.uploads.finish(ana(), 'tr', 'f', {})).rejects.toMatchObject({
      code: 'upload-incomplete',
    });
    const { node } = await t.files.uploads.finish(ana(), 'tr', 'f', { size: 0 });
    expect(node.size).toBe(0);
  });

  it('R6 stay when they cannot be finished, and can be finished later', async () => {
    await t.files.uploads.create(ana(), 'tr', 6);
    await t.files.uploads.putChunk(ana(), 'tr', 1, bodyOf('abc'));
    const refused = async (code: string, options: object = {}, path = 'f') =>
      expect(t.files.uploads.finish(ana(), 'tr', path, options)).rejects.toMatchObject({ code });
    await refused('upload-incomplete');
    await expect(t.files.uploads.putChunk(ana(), 'tr', 2, bodyOf('de'), { size: 3 })).rejects.toMatchObject({
      code: 'body-cut-off',
    });
    await t.files.uploads.putChunk(ana(), 'tr', 2, bodyOf('def'));
    await refused('upload-incomplete', { size: 7 });
    await refused('checksum-mismatch', { checksums: [{ kind: 'MD5', hex: '0'.repeat(32) }] });
    await refused('precondition-failed', { ifMatch: ['x'] });
    await refused('parent-missing', {}, 'no/f');
    await t.files.uploads.finish(ana(), 'tr', 'f', { ifNoneMatch: '*' });
  });

  it('keep within the quota', async () => {
    await t.files.createRoot('ana', 100_000);
    await expect(t.files.uploads.create(ana(), 'big', 100_001)).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
    await t.files.uploads.create(ana(), 'tr');
    await t.files.uploads.putChunk(ana(), 'tr', 1, bodyOf(pattern(60_000)));
    await expect(t.files.uploads.putChunk(ana(), 'tr', 2, bodyOf(pattern(60_000)))).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
    await t.files.uploads.putChunk(ana(), 'tr', 1, bodyOf(pattern(90_000)));
  });

  it('belong to one account, have a plain name, and are made once', async () => {
    await t.files.uploads.create(ana(), 'tr');
    await expect(t.files.uploads.create(ana(), 'tr')).rejects.toMatchObject({ code: 'already-exists' });
    await expect(t.files.uploads.list(t.actor('ben'), 'tr')).rejects.toMatchObject({ code: 'not-found' });
    for (const name of ['', '..', 'a/b', 'x'.repeat(65), 'ö']) {
      await expect(t.files.uploads.create(ana(), name)).rejects.toMatchObject({ code: 'bad-value' });
    }
    await expect(t.files.uploads.putChunk(ana(), 'no', 1, bodyOf(''))).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(t.files.uploads.putChunk(ana(), 'tr', -1, bodyOf(''))).rejects.toMatchObject({
      code: 'bad-value',
    });
    await t.files.uploads.abort(ana(), 'tr');
    await expect(t.files.uploads.abort(ana(), 'tr')).rejects.toMatchObject({ code: 'not-found' });
  });
});
