import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, createTestFiles, type TestFiles } from './testing/index.ts';

let t: TestFiles;
beforeEach(async () => {
  t = await createTestFiles();
  for (const path of ['a', 'a/b', 'c']) await t.files.mkdir(ana(), path);
  await t.files.write(ana(), 'a/b/f', bodyOf('12345'));
  await t.files.write(ana(), 'c/g', bodyOf('1'));
});
afterEach(() => t.close());
const ana = () => t.actor();
const get = (path: string) => t.files.get(ana(), path);
const text = async (path: string) => (await bytesOf(await t.files.read(ana(), path))).toString();
const property = (name: string) =>
  ({
    action: 'set',
    property: { ns: 'urn:x', name, element: { ns: 'urn:x', name, attributes: {}, children: [], text: name } },
  }) as const;

describe('mkdir', () => {
  it('makes one folder, once', async () => {
    const node = await t.files.mkdir(ana(), 'a/new', { mtime: { s: 5, ns: 6 }, properties: [property('p')] });
    expect(node).toMatchObject({
      kind: 'folder',
      path: 'a/new',
      size: 0,
      mtime: { s: 5, ns: 6 },
      checksums: [],
    });
    expect((await t.files.properties([node.id])).get(node.id)).toMatchObject([{ ns: 'urn:x', name: 'p' }]);
    for (const path of ['a/new', 'a/b/f', '']) {
      await expect(t.files.mkdir(ana(), path)).rejects.toMatchObject({ code: 'already-exists' });
    }
    await expect(t.files.mkdir(ana(), 'x/y')).rejects.toMatchObject({ code: 'parent-missing' });
    expect((await t.files.mkdir(ana(), 'x/y/z', { createParents: true })).path).toBe('x/y/z');
  });
});

describe('move', () => {
  it('R12 moves a folder as one row: ids and etags below stay', async () => {
    const before = {
      folder: await get('a/b'),
      file: await get('a/b/f'),
      a: await get('a'),
      c: await get('c'),
    };
    const { node, created } = await t.files.move(ana(), 'a/b', 'c/d', { overwrite: false });
    expect(created).toBe(true);
    expect(node).toMatchObject({
      id: before.folder.id,
      path: 'c/d',
      name: 'd',
      size: 5,
      etag: before.folder.etag,
    });
    expect(await get('c/d')).toEqual(node);
    expect(await get('c/d/f')).toMatchObject({ id: before.file.id, etag: before.file.etag });
    expect(await t.files.find(ana(), 'a/b')).toBeUndefined();
    expect((await get('a')).etag).not.toBe(before.a.etag);
    expect((await get('c')).etag).not.toBe(before.c.etag);
    expect([(await get('')).size, (await get('a')).size, (await get('c')).size]).toEqual([6, 0, 6]);
  });

  it('replaces only when told to', async () => {
    await expect(t.files.move(ana(), 'a/b/f', 'c/g', { overwrite: false })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    const moved = await t.files.move(ana(), 'a/b/f', 'c/g', { overwrite: true });
    expect(moved.created).toBe(false);
    expect(await text('c/g')).toBe('12345');
    expect((await get('')).size).toBe(5);
    await t.files.move(ana(), 'c', 'a/b', { overwrite: true });
    expect(await text('a/b/g')).toBe('12345');
    expect((await get('a')).size).toBe(5);
  });

  it.each([
    ['a', 'a', 'same-resource'],
    ['a', 'a/x', 'into-itself'],
    ['a', 'a/b/x', 'into-itself'],
    ['a/b', 'a', 'into-itself'],
    ['', 'x', 'forbidden'],
    ['a', '', 'forbidden'],
    ['a', 'no/where', 'parent-missing'],
    ['a', 'c/g/x', 'not-a-folder'],
    ['no', 'x', 'not-found'],
    ['a', 'bad\0', 'bad-name'],
  ])('refuses %s to %s: %s', async (from, to, code) => {
    const before = await t.files.list(ana(), '');
    await expect(t.files.move(ana(), from, to, { overwrite: true })).rejects.toMatchObject({ code });
    expect(await t.files.list(ana(), '')).toEqual(before);
  });

  it('R13 renames between the spellings of one name, and between cases', async () => {
    await t.files.write(ana(), 'o\u0308', bodyOf('x'));
    const moved = await t.files.move(ana(), 'o\u0308', '\u00f6', { overwrite: false });
    expect(moved.node.name).toBe('\u00f6');
    await expect(t.files.move(ana(), '\u00f6', '\u00f6', { overwrite: true })).rejects.toMatchObject({
      code: 'same-resource',
    });
    expect((await t.files.move(ana(), 'a', 'A', { overwrite: false })).node.name).toBe('A');
  });

  it('refuses what would make a path too deep or too long', async () => {
    await t.files.mkdir(ana(), Array(60).fill('x').join('/'), { createParents: true });
    await t.files.mkdir(ana(), Array(60).fill('y').join('/'), { createParents: true });
    await expect(
      t.files.move(ana(), 'x', `${Array(60).fill('y').join('/')}/x`, { overwrite: false }),
    ).rejects.toMatchObject({ code: 'name-too-long' });
    await expect(
      t.files.copy(ana(), 'x', `${Array(60).fill('y').join('/')}/x`, { overwrite: false, depth: 'infinity' }),
    ).rejects.toMatchObject({ code: 'name-too-long' });
  });

  it('needs the rights to write and to delete', async () => {
    for (const limits of [{ write: false }, { delete: false }]) {
      await expect(
        t.files.move(t.actor('ana', limits), 'a', 'z', { overwrite: false }),
      ).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
  });
});

describe('copy', () => {
  it('copies a folder with all below and its properties, as new nodes', async () => {
    const original = await get('a/b/f');
    await t.files.patch(ana(), 'a/b/f', [property('p')], { favorite: true, executable: true });
    const { node, created } = await t.files.copy(ana(), 'a', 'c/copy', {
      overwrite: false,
      depth: 'infinity',
    });
    expect(created).toBe(true);
    expect(node).toMatchObject({ path: 'c/copy', size: 5 });
    const copy = await get('c/copy/b/f');
    expect(copy).toMatchObject({
      size: 5,
      mtime: original.mtime,
      checksums: original.checksums,
      executable: true,
      favorite: false,
    });
    expect(copy.id).not.toBe(original.id);
    expect(copy.etag).not.toBe(original.etag);
    expect((await t.files.properties([copy.id])).get(copy.id)).toHaveLength(1);
    expect((await get('')).size).toBe(11);
    await t.files.write(ana(), 'a/b/f', bodyOf('changed'));
    expect(await text('c/copy/b/f')).toBe('12345');
    await t.files.remove(ana(), 'a');
    expect(await text('c/copy/b/f')).toBe('12345');
  });

  it('copies a folder alone with depth 0, also into itself', async () => {
    await t.files.copy(ana(), 'a', 'a/b/again', { overwrite: false, depth: '0' });
    expect((await t.files.list(ana(), 'a/b/again')).children).toEqual([]);
    expect((await get('a')).size).toBe(5);
  });

  it('replaces a file or a folder when told to', async () => {
    await expect(t.files.copy(ana(), 'a/b/f', 'c/g', { overwrite: false, depth: '0' })).rejects.toMatchObject(
      {
        code: 'precondition-failed',
      },
    );
    expect((await t.files.copy(ana(), 'a/b/f', 'c/g', { overwrite: true, depth: '0' })).created).toBe(false);
    expect(await text('c/g')).toBe('12345');
    await t.files.copy(ana(), 'c', 'a', { overwrite: true, depth: 'infinity' });
    expect((await t.files.list(ana(), 'a')).children.map((child) => child.name)).toEqual(['g']);
    expect((await get('')).size).toBe(10);
  });

  it.each([
    ['a', 'a', 'same-resource'],
    ['a', 'a/b/x', 'into-itself'],
    ['a/b', 'a', 'into-itself'],
    ['a', 'no/where', 'parent-missing'],
    ['no', 'x', 'not-found'],
  ])('refuses %s to %s: %s', async (from, to, code) => {
    await expect(t.files.copy(ana(), from, to, { overwrite: true, depth: 'infinity' })).rejects.toMatchObject(
      { code },
    );
  });

  it('keeps within the quota', async () => {
    await t.files.createRoot('ana', 8);
    await expect(
      t.files.copy(ana(), 'a', 'z', { overwrite: false, depth: 'infinity' }),
    ).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
  });

  it('needs the right to read', async () => {
    await expect(
      t.files.copy(t.actor('ana', { read: false }), 'a', 'z', { overwrite: false, depth: '0' }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('remove', () => {
  it('removes a folder with all below, and content nobody else has', async () => {
    await t.files.copy(ana(), 'a/b/f', 'c/h', { overwrite: false, depth: '0' });
    await t.files.remove(ana(), 'a');
    expect(await t.files.find(ana(), 'a/b/f')).toBeUndefined();
    expect(await text('c/h')).toBe('12345');
    expect((await get('')).size).toBe(6);
    await t.files.remove(ana(), 'c');
    expect(await t.db.read((query) => query.selectFrom('contents').selectAll().execute())).toEqual([]);
    expect((await get('')).size).toBe(0);
  });

  it('never gives an id again', async () => {
    const { node } = await t.files.write(ana(), 'z', bodyOf('1'));
    await t.files.remove(ana(), 'z');
    expect((await t.files.write(ana(), 'z', bodyOf('1'))).node.id).toBeGreaterThan(node.id);
  });

  it('removes neither the root nor what is not there, and needs the right', async () => {
    await expect(t.files.remove(ana(), '')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(t.files.remove(ana(), 'no')).rejects.toMatchObject({ code: 'not-found' });
    await expect(t.files.remove(t.actor('ana', { delete: false }), 'a')).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(t.files.remove(ana(), 'a', { ifMatch: ['old'] })).rejects.toMatchObject({
      code: 'precondition-failed',
    });
  });
});

describe('patch', () => {
  it('sets and removes dead properties in order, without a new etag', async () => {
    const before = await get('a/b/f');
    const root = await get('');
    await t.files.patch(
      ana(),
      'a/b/f',
      [
        property('p'),
        property('q'),
        { action: 'remove', ns: 'urn:x', name: 'p' },
        { action: 'remove', ns: 'urn:x', name: 'never' },
      ],
      {},
    );
    expect((await t.files.properties([before.id])).get(before.id)?.map(({ name }) => name)).toEqual(['q']);
    expect(await get('a/b/f')).toEqual(before);
    expect(await get('')).toEqual(root);
  });

  it('R14 sets times to the nanosecond; the folders above notice, the file keeps its etag', async () => {
    const before = { file: await get('a/b/f'), a: await get('a') };
    const node = await t.files.patch(ana(), 'a/b/f', [], {
      mtime: { s: -1, ns: 999_999_999 },
      executable: true,
    });
    expect(node).toMatchObject({
      mtime: { s: -1, ns: 999_999_999 },
      executable: true,
      etag: before.file.etag,
    });
    expect((await get('a')).etag).not.toBe(before.a.etag);
    const a = await get('a');
    await t.files.patch(ana(), 'a/b/f', [], { executable: true });
    expect(await get('a')).toEqual(a);
  });

  it('S21 bounds the properties of a node, and changes nothing beyond', async () => {
    const few = await createTestFiles({ limits: { propertyBytes: 500 } });
    const { id } = await few.files.mkdir(ana(), 'a');
    await few.files.patch(ana(), 'a', [property('p')], {});
    const large = property('x'.repeat(300));
    await expect(few.files.patch(ana(), 'a', [large], {})).rejects.toMatchObject({ code: 'quota-exceeded' });
    expect((await few.files.properties([id])).get(id)?.map(({ name }) => name)).toEqual(['p']);
    await few.close();
  });

  it.each([
    { mtime: { s: Number.NaN, ns: 0 } },
    { mtime: { s: 0.5, ns: 0 } },
    { mtime: { s: 0, ns: 1e9 } },
    { mtime: { s: 0, ns: -1 } },
    { createdAt: Number.POSITIVE_INFINITY },
  ])('S21 refuses the time %j', async (times) => {
    for (const attempt of [
      () => t.files.patch(ana(), 'a', [], times),
      () => t.files.write(ana(), 'a/b/f', bodyOf('x'), times),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'bad-value' });
    }
  });

  it('moves properties along with their node', async () => {
    const { id } = await t.files.patch(ana(), 'a', [property('p')], {});
    await t.files.move(ana(), 'a', 'z', { overwrite: false });
    expect((await t.files.properties([id])).get(id)).toHaveLength(1);
    await t.files.remove(ana(), 'z');
    expect((await t.files.properties([id])).get(id)).toBeUndefined();
  });
});

describe('pathsOf', () => {
  it('tells where nodes of the account are now', async () => {
    const ids = [(await get('a/b/f')).id, (await get('c')).id, (await get('')).id];
    await t.files.move(ana(), 'a', 'z', { overwrite: false });
    expect([...(await t.files.pathsOf('ana', ids)).values()].sort()).toEqual(['', 'c', 'z/b/f']);
    expect((await t.files.pathsOf('ben', ids)).size).toBe(0);
  });
});
