import { createHash } from 'node:crypto';
import { isAppError } from '@holdfast/base';
import type { MemoryBlobStore } from '@holdfast/blobs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, createTestFiles, pattern, type TestFiles } from './testing/index.ts';

let t: TestFiles;
beforeEach(async () => {
  t = await createTestFiles();
});
afterEach(() => t.close());
const ana = () => t.actor();

describe('write', () => {
  it.each([0, 1, 32_768, 32_769, 200_000])('keeps %i bytes, their hash and their time', async (length) => {
    const bytes = pattern(length);
    const mtime = { s: -86_400, ns: 123_456_789 };
    const { node, created } = await t.files.write(ana(), 'a.bin', bodyOf(bytes, 10_000), {
      mtime,
      size: length,
    });
    expect(created).toBe(true);
    expect(node).toMatchObject({ path: 'a.bin', name: 'a.bin', kind: 'file', size: length, mtime });
    expect(node.checksums).toEqual([
      { kind: 'SHA256', hex: createHash('sha256').update(bytes).digest('hex') },
    ]);
    const opened = await t.files.read(ana(), 'a.bin');
    expect(opened.node).toEqual(node);
    expect((await bytesOf(opened)).equals(bytes)).toBe(true);
    expect((t.blobs as MemoryBlobStore).count).toBe(length > 32_768 ? 1 : 0);
  });

  it('refuses bytes that do not fit on the disk, small ones too, and still removes', async () => {
    await t.files.write(ana(), 'old', bodyOf('old'));
    (t.blobs as MemoryBlobStore).room = 2;
    await expect(t.files.write(ana(), 'new', bodyOf('four'), { size: 4 })).rejects.toSatisfy((error) =>
      isAppError(error, 'disk-full'),
    );
    expect(await t.files.find(ana(), 'new')).toBeUndefined();
    await t.files.remove(ana(), 'old');
  });

  it('replaces content under the same id with a new etag', async () => {
    const first = await t.files.write(ana(), 'a', bodyOf('one'));
    const second = await t.files.write(ana(), 'a', bodyOf('two'));
    expect(second.created).toBe(false);
    expect(second.node.id).toBe(first.node.id);
    expect(second.node.etag).not.toBe(first.node.etag);
    expect((await bytesOf(await t.files.read(ana(), 'a'))).toString()).toBe('two');
    const left = await t.db.read((query) => query.selectFrom('contents').select('size').execute());
    expect(left).toHaveLength(1);
  });

  it('gives every folder up to the root a new etag, its size and its time', async () => {
    await t.files.mkdir(ana(), 'a');
    await t.files.mkdir(ana(), 'a/b');
    await t.files.mkdir(ana(), 'other');
    const look = async () => Promise.all(['', 'a', 'a/b', 'other'].map((path) => t.files.get(ana(), path)));
    const before = await look();
    t.clock.advance(5000);
    await t.files.write(ana(), 'a/b/f', bodyOf('12345'));
    const after = await look();
    expect(after.map((node, i) => node.etag !== before[i]?.etag)).toEqual([true, true, true, false]);
    expect(after.map((node) => node.size)).toEqual([5, 5, 5, 0]);
    expect(after.map((node, i) => node.mtime.s - (before[i]?.mtime.s ?? 0))).toEqual([5, 5, 5, 0]);
    await t.files.write(ana(), 'a/b/f', bodyOf('1'));
    expect((await look()).map((node) => node.size)).toEqual([1, 1, 1, 0]);
  });

  it.each([
    ['fewer bytes than announced', 'ab', { size: 3 }, 'body-cut-off'],
    ['more bytes than announced', 'abcd', { size: 3 }, 'body-cut-off'],
    ['fewer bytes of a large file', pattern(100_000), { size: 100_001 }, 'body-cut-off'],
    ['more bytes of a large file', pattern(100_000), { size: 99_999 }, 'body-cut-off'],
    ['another SHA-1', 'ab', { checksums: [{ kind: 'SHA1', hex: '0'.repeat(40) }] }, 'checksum-mismatch'],
    [
      'another MD5 of a large file',
      pattern(100_000),
      { checksums: [{ kind: 'MD5', hex: '0'.repeat(32) }] },
      'checksum-mismatch',
    ],
    ['another SHA-256', 'ab', { checksums: [{ kind: 'SHA256', hex: '0'.repeat(64) }] }, 'checksum-mismatch'],
  ] as const)('R6 refuses %s and changes nothing', async (_, body, options, code) => {
    await t.files.write(ana(), 'a', bodyOf('before'));
    const before = await t.files.list(ana(), '');
    await expect(t.files.write(ana(), 'a', bodyOf(body), options)).rejects.toMatchObject({ code });
    await expect(t.files.write(ana(), 'new', bodyOf(body), options)).rejects.toMatchObject({ code });
    expect(await t.files.list(ana(), '')).toEqual(before);
  });

  it('keeps the checksums that were named, once they fit', async () => {
    const bytes = pattern(50_000);
    const checksums = (['MD5', 'SHA1'] as const).map((kind) => ({
      kind,
      hex: createHash(kind.toLowerCase()).update(bytes).digest('hex'),
    }));
    const { node } = await t.files.write(ana(), 'a', bodyOf(bytes), { checksums });
    expect(node.checksums.map((checksum) => checksum.kind)).toEqual(['SHA256', 'MD5', 'SHA1']);
    expect((await t.files.get(ana(), 'a')).checksums).toEqual(node.checksums);
  });

  it('passes on the error of a source that breaks off, and changes nothing', async () => {
    for (const first of [10, 100_000]) {
      const broken = (async function* () {
        yield pattern(first);
        throw new Error('connection lost');
      })();
      await expect(t.files.write(ana(), 'a', broken)).rejects.toThrow('connection lost');
    }
    expect(await t.files.find(ana(), 'a')).toBeUndefined();
    expect((t.blobs as MemoryBlobStore).count).toBe(0);
  });

  it('needs its folder, or makes it when asked to', async () => {
    await expect(t.files.write(ana(), 'x/y/f', bodyOf('1'))).rejects.toMatchObject({
      code: 'parent-missing',
    });
    await t.files.write(ana(), 'x/y/f', bodyOf('1'), { createParents: true });
    expect((await t.files.get(ana(), 'x/y')).size).toBe(1);
    await expect(t.files.write(ana(), 'x/y/f/g', bodyOf('1'))).rejects.toMatchObject({
      code: 'not-a-folder',
    });
    await expect(
      t.files.write(ana(), 'x/y/f/g/h', bodyOf('1'), { createParents: true }),
    ).rejects.toMatchObject({ code: 'not-a-folder' });
    await expect(t.files.write(ana(), 'x/y', bodyOf('1'))).rejects.toMatchObject({ code: 'is-a-folder' });
    await expect(t.files.write(ana(), '', bodyOf('1'))).rejects.toMatchObject({ code: 'is-a-folder' });
  });

  it('checks If-Match, If-None-Match and If-Unmodified-Since', async () => {
    const refused = async (guard: object, path = 'a') =>
      t.files.write(ana(), path, bodyOf('x'), guard).then(
        () => false,
        (error) => isAppError(error, 'precondition-failed'),
      );
    const { node } = await t.files.write(ana(), 'a', bodyOf('1'), {
      mtime: { s: 1000, ns: 0 },
      ifNoneMatch: '*',
    });
    expect(await refused({ ifNoneMatch: '*' })).toBe(true);
    expect(await refused({ ifMatch: ['other'] })).toBe(true);
    expect(await refused({ ifMatch: '*' }, 'missing')).toBe(true);
    expect(await refused({ ifNoneMatch: [node.etag] })).toBe(true);
    expect(await refused({ ifUnmodifiedSince: 999 })).toBe(true);
    expect(await refused({ ifUnmodifiedSince: 1000 })).toBe(false);
    expect(await refused({ ifMatch: [node.etag] })).toBe(true);
    const now = await t.files.get(ana(), 'a');
    expect(await refused({ ifMatch: ['other', now.etag] })).toBe(false);
  });

  it('lets exactly one of several writers with the same If-Match through', async () => {
    const { node } = await t.files.write(ana(), 'a', bodyOf('0'));
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) =>
        t.files.write(ana(), 'a', bodyOf(`${i}`), { ifMatch: [node.etag] }),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('keeps within the quota, early and late', async () => {
    await t.files.createRoot('ana', 100_000);
    await t.files.write(ana(), 'a', bodyOf(pattern(60_000)));
    let pulled = 0;
    const counting = (async function* () {
      for (let i = 0; i < 100; i++) {
        pulled++;
        yield pattern(20_000);
      }
    })();
    await expect(t.files.write(ana(), 'b', counting)).rejects.toMatchObject({ code: 'quota-exceeded' });
    expect(pulled).toBeLessThan(5);
    await expect(t.files.write(ana(), 'b', bodyOf(pattern(50_000)), { size: 50_000 })).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
    await t.files.write(ana(), 'a', bodyOf(pattern(100_000)));
    expect(await t.files.quota(ana())).toEqual({ used: 100_000, limit: 100_000 });
  });

  it('asks for no byte of a large body that cannot be written', async () => {
    let pulled = 0;
    const body = () =>
      (async function* () {
        pulled++;
        yield pattern(100_000);
      })();
    const size = 100_000;
    await expect(t.files.write(ana(), 'no/f', body(), { size })).rejects.toMatchObject({
      code: 'parent-missing',
    });
    await expect(t.files.write(ana(), 'f', body(), { size, ifMatch: '*' })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(pulled).toBe(0);
  });

  it('stops when told to, also while the source hangs', async () => {
    for (const first of [10, 100_000]) {
      const controller = new AbortController();
      const hanging = (async function* () {
        yield pattern(first);
        setImmediate(() => controller.abort(new Error('stop')));
        await new Promise(() => undefined);
      })();
      await expect(t.files.write(ana(), 'f', hanging, { signal: controller.signal })).rejects.toThrow('stop');
    }
    expect(await t.files.find(ana(), 'f')).toBeUndefined();
    expect((t.blobs as MemoryBlobStore).count).toBe(0);
  });

  it.each([
    ['an empty name', 'a//b', 'bad-name'],
    ['a slash in front', '/a', 'bad-name'],
    ['dot', 'a/.', 'bad-name'],
    ['dot dot', '../a', 'bad-name'],
    ['NUL', 'a\0b', 'bad-name'],
    ['a line break', 'a\nb', 'bad-name'],
    ['half a character', 'a\ud800', 'bad-name'],
    ['256 bytes', 'ö'.repeat(128), 'name-too-long'],
    ['101 levels', Array(101).fill('d').join('/'), 'name-too-long'],
    ['4097 bytes', `${Array(16).fill('x'.repeat(255)).join('/')}/yy`, 'name-too-long'],
  ])('S21 refuses %s', async (_, path, code) => {
    await expect(t.files.write(ana(), path, bodyOf(''), { createParents: true })).rejects.toMatchObject({
      code,
    });
    expect(await t.files.find(ana(), path)).toBeUndefined();
  });

  it.each(['ö'.repeat(127), '.hidden', 'a.part', 'b.filepart', 'CON', 'back\\slash', ' ', 'a:b', '🙂', '…'])(
    'accepts the name %s',
    async (name) => {
      const { node } = await t.files.write(ana(), name, bodyOf('x'));
      expect(node.name).toBe(name);
      expect((await t.files.list(ana(), '')).children.map((child) => child.name)).toEqual([name]);
    },
  );

  it('R13 never makes two of one name in NFC and NFD, and keeps it as it was first sent', async () => {
    const nfd = 'o\u0308.txt';
    const nfc = '\u00f6.txt';
    const first = await t.files.write(ana(), nfd, bodyOf('1'));
    const second = await t.files.write(ana(), nfc, bodyOf('2'));
    expect(second).toMatchObject({ created: false, node: { id: first.node.id, name: nfd, path: nfd } });
    expect((await t.files.list(ana(), '')).children).toHaveLength(1);
    expect((await t.files.get(ana(), nfc)).name).toBe(nfd);
    await t.files.write(ana(), 'A', bodyOf('1'));
    expect((await t.files.write(ana(), 'a', bodyOf('2'))).created).toBe(true);
  });

  it('needs the right to write', async () => {
    await expect(t.files.write(t.actor('ana', { write: false }), 'a', bodyOf('1'))).rejects.toMatchObject({
      code: 'forbidden',
    });
  });

  it('keeps accounts apart', async () => {
    await t.files.write(ana(), 'a', bodyOf('1'));
    expect(await t.files.find(t.actor('ben'), 'a')).toBeUndefined();
    await expect(t.files.get(t.actor('nobody'), '')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('read', () => {
  it.each([1000, 100_000])('gives parts of %i bytes', async (length) => {
    const bytes = pattern(length);
    await t.files.write(ana(), 'a', bodyOf(bytes));
    const part = async (range: Parameters<TestFiles['files']['read']>[2]) => {
      const opened = await t.files.read(ana(), 'a', range);
      return { range: opened.range, bytes: await bytesOf(opened) };
    };
    const last = length - 1;
    expect(await part({ start: 5, end: 9 })).toEqual({
      range: { start: 5, end: 9 },
      bytes: bytes.subarray(5, 10),
    });
    expect(await part({ start: 990 })).toEqual({
      range: { start: 990, end: last },
      bytes: bytes.subarray(990),
    });
    expect(await part({ start: 0, end: 9_999_999 })).toEqual({ range: { start: 0, end: last }, bytes });
    expect(await part({ suffix: 10 })).toEqual({
      range: { start: length - 10, end: last },
      bytes: bytes.subarray(-10),
    });
    expect(await part({ suffix: 9_999_999 })).toEqual({ range: { start: 0, end: last }, bytes });
    for (const range of [{ start: length }, { suffix: 0 }, { start: 5, end: 4 }]) {
      await expect(t.files.read(ana(), 'a', range)).rejects.toMatchObject({ code: 'range-unsatisfiable' });
    }
  });

  it('has no part of an empty file, and no bytes of a folder', async () => {
    await t.files.write(ana(), 'empty', bodyOf(''));
    await expect(t.files.read(ana(), 'empty', { start: 0 })).rejects.toMatchObject({
      code: 'range-unsatisfiable',
    });
    expect(await bytesOf(await t.files.read(ana(), 'empty'))).toHaveLength(0);
    await expect(t.files.read(ana(), '')).rejects.toMatchObject({ code: 'is-a-folder' });
  });
});
