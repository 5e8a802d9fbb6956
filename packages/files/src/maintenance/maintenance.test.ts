import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobId, DiskBlobStore } from '@holdfast/blobs';
import type { MemoryBlobStore } from '@holdfast/blobs/testing';
import { openDb, run } from '@holdfast/db';
import { damageDb } from '@holdfast/db/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFiles } from '../create-files.ts';
import { bodyOf, bytesOf, createTestFiles, pattern, type TestFiles } from '../testing/index.ts';
import { backupStore } from './backup-store.ts';
import { checkStore } from './check-store.ts';
import { collectGarbage } from './collect-garbage.ts';
import { restoreStore } from './restore-store.ts';

const hour = 60 * 60 * 1000;
let t: TestFiles;
let blobs: MemoryBlobStore;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  t = await createTestFiles();
  blobs = t.blobs as MemoryBlobStore;
  await t.files.write(ana(), 'a/b/small', bodyOf('12345'), { createParents: true });
  await t.files.write(ana(), 'a/large', bodyOf(pattern(100_000)));
  await t.files.uploads.create(ana(), 'up');
  await t.files.uploads.putChunk(ana(), 'up', 1, bodyOf(pattern(50_000)));
});
afterEach(async () => {
  await t.close();
  rmSync(directory, { recursive: true, force: true });
});
const ana = () => t.actor();
const sqlWrite = (text: string) => t.db.write((query) => run(query, text));
const collect = (graceMs = hour) => collectGarbage({ db: t.db, blobs, clock: t.clock, graceMs });
const check = (repair = false) => checkStore({ db: t.db, blobs, repair });
const kinds = async () => (await check()).findings.map(({ kind, path }) => `${kind} ${path ?? ''}`.trim());
const blobIds = async () => {
  const ids: BlobId[] = [];
  for await (const { id } of blobs.list()) ids.push(id);
  return ids;
};

describe('collectGarbage', () => {
  it('removes what nothing refers to, after the grace period', async () => {
    await t.files.write(ana(), 'a/large', bodyOf('small now'));
    expect(await collect()).toEqual({ removedBlobs: 0, removedBytes: 0, expiredUploads: 0, expiredLocks: 0 });
    t.clock.advance(hour + 1);
    expect(await collect()).toMatchObject({ removedBlobs: 1, removedBytes: 100_000 });
    expect(blobs.count).toBe(1);
    expect(await kinds()).toEqual([]);
  });

  it('R19 keeps a blob that was put again a moment ago', async () => {
    await t.files.remove(ana(), 'a/large');
    t.clock.advance(2 * hour);
    await blobs.put(bodyOf(pattern(100_000)));
    expect(await collect()).toMatchObject({ removedBlobs: 0 });
  });

  it('R19 keeps what is being stored, without any grace, until its metadata is committed', async () => {
    const bytes = pattern(120_000);
    let swept = 0;
    const slow = (async function* () {
      yield bytes.subarray(0, 60_000);
      // The same blob is there already, old and unused: the write under way will rely on it.
      await blobs.put(bodyOf(bytes));
      t.clock.advance(hour);
      swept = (await collect(0)).removedBlobs;
      yield bytes.subarray(60_000);
    })();
    await t.files.write(ana(), 'slow', slow);
    expect(swept).toBe(0);
    expect(await kinds()).toEqual([]);
    t.clock.advance(hour);
    expect((await collect(0)).removedBlobs).toBe(0);
  });

  it('gives up uploads after a day without a touch, and locks that have run out', async () => {
    await t.files.lock(ana(), 'a', { scope: 'exclusive', depth: '0', timeoutSeconds: 60 });
    t.clock.advance(23 * hour);
    expect(await collect()).toMatchObject({ expiredLocks: 1, expiredUploads: 0 });
    await t.files.uploads.putChunk(ana(), 'up', 2, bodyOf('x'));
    t.clock.advance(23 * hour);
    expect(await collect()).toMatchObject({ expiredUploads: 0 });
    t.clock.advance(hour);
    expect(await collect()).toMatchObject({ expiredUploads: 1, removedBlobs: 1 });
  });

  it('can be stopped', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(collectGarbage({ db: t.db, blobs, clock: t.clock, signal })).rejects.toThrow('stop');
  });
});

describe('checkStore', () => {
  it('finds nothing in a store that is whole, whatever was done to it', async () => {
    await t.files.copy(ana(), 'a', 'c', { overwrite: false, depth: 'infinity' });
    await t.files.move(ana(), 'a/b', 'c/d', { overwrite: false });
    await t.files.remove(ana(), 'a');
    await t.files.uploads.finish(ana(), 'up', 'c/up', {});
    const report = await check();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ whole: true, nodes: 9, contents: 3, blobs: 2 });
    expect(report.bytes).toBe(150_005);
  });

  it('R19 finds blobs that are damaged or missing, names the files, and marks them when told to', async () => {
    const [large] = (await t.files.get(ana(), 'a/large')).checksums;
    blobs.damage(large?.hex as BlobId);
    expect(await kinds()).toEqual(['content-damaged a/large']);
    expect(await check(true)).toMatchObject({ whole: false, findings: [{ userId: 'ana', repaired: false }] });
    await expect(t.files.read(ana(), 'a/large')).rejects.toMatchObject({ code: 'store-damaged' });
    expect(await t.files.get(ana(), 'a/large')).toMatchObject({ size: 100_000 });
    blobs.damage(large?.hex as BlobId);
    expect(await check(true)).toMatchObject({ whole: true });
    expect(await bytesOf(await t.files.read(ana(), 'a/large'))).toHaveLength(100_000);
    blobs.lose();
    expect(await kinds()).toEqual(['content-damaged a/large', 'upload-chunk']);
  });

  it('finds inline bytes that changed', async () => {
    await sqlWrite(`UPDATE contents SET inline = x'3132333436' WHERE size = 5`);
    expect(await kinds()).toEqual(['content-damaged a/b/small']);
  });

  it('finds and mends sizes, old etags, names and checksums', async () => {
    await sqlWrite(`UPDATE nodes SET size = 77 WHERE name = 'b'`);
    await sqlWrite(`UPDATE nodes SET etag_seq = 1 WHERE name = 'a'`);
    await sqlWrite(`UPDATE nodes SET name_key = 'other' WHERE name = 'large'`);
    await sqlWrite(`UPDATE nodes SET checksums = '' WHERE name = 'small'`);
    expect((await kinds()).sort()).toEqual([
      'file-content a/b/small',
      'folder-size a',
      'folder-size a/b',
      'name-key a/large',
      'sequence a',
      'sequence a',
    ]);
    expect(await check(true)).toMatchObject({ whole: true });
    expect(await kinds()).toEqual([]);
    expect((await t.files.get(ana(), 'a/large')).size).toBe(100_000);
    expect((await t.files.get(ana(), '')).size).toBe(100_005);
  });

  it('finds and files what no folder leads to', async () => {
    const b = await t.files.get(ana(), 'a/b');
    damageDb(t.db, `UPDATE nodes SET parent_id = 99999 WHERE id = ${b.id}`);
    expect(await kinds()).toContain(`orphan b`);
    await check(true);
    expect(await kinds()).toEqual([]);
    expect((await t.files.get(ana(), `lost+found/${b.id}/small`)).size).toBe(5);
  });

  it('finds and opens a circle', async () => {
    await t.files.mkdir(ana(), 'a/b/c');
    const [b, c] = [await t.files.get(ana(), 'a/b'), await t.files.get(ana(), 'a/b/c')];
    await sqlWrite(`UPDATE nodes SET parent_id = ${c.id} WHERE id = ${b.id}`);
    expect((await kinds()).filter((kind) => kind.startsWith('orphan'))).toHaveLength(1);
    await check(true);
    expect(await kinds()).toEqual([]);
    expect((await t.files.get(ana(), `lost+found/${b.id}/small`)).size).toBe(5);
  });

  it('finds manifests that do not add up, and content of nobody', async () => {
    await sqlWrite('UPDATE manifest_entries SET size = 5');
    expect(await kinds()).toEqual(['manifest a/large']);
    await sqlWrite(
      `INSERT INTO contents (size, sha256, checksums, inline) VALUES (0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', '', x'')`,
    );
    expect(await kinds()).toContain('unused-content');
  });
});

describe('backup and restore', () => {
  const file = () => join(directory, 'backup.tar');
  const target = () => join(directory, 'restored');
  const backup = () => backupStore({ db: t.db, blobs, to: file(), clock: t.clock });
  const open = async () => {
    const db = await openDb({ path: join(target(), 'metadata.db') });
    const store = new DiskBlobStore(join(target(), 'blobs'));
    return { db, store, files: await createFiles({ db, blobs: store }) };
  };

  it('gives the same tree back, with the same ids, in a new epoch', async () => {
    writeFileSync(join(directory, 'token.key'), 'secret');
    await backupStore({ db: t.db, blobs, to: file(), extraFiles: [join(directory, 'token.key')] });
    const report = await restoreStore({ file: file(), directory: target() });
    expect(report).toMatchObject({ instanceId: t.files.identity.instanceId, blobs: 2 });
    const { db, store, files } = await open();
    expect(files.identity).toEqual({ instanceId: t.files.identity.instanceId, epoch: report.epoch });
    expect(report.epoch).not.toBe(t.files.identity.epoch);
    const shown = async (tree: typeof files) =>
      (await tree.changes(ana(), '', { depth: 'infinity' })).changes.map((change) =>
        change.type === 'present' ? { ...change.node, etag: '' } : change,
      );
    expect(await shown(files)).toEqual(await shown(t.files));
    expect((await files.get(ana(), 'a/large')).etag).not.toBe((await t.files.get(ana(), 'a/large')).etag);
    expect((await bytesOf(await files.read(ana(), 'a/large'))).equals(pattern(100_000))).toBe(true);
    await expect(
      files.changes(ana(), '', { depth: 'infinity', since: await t.files.syncToken(ana()) }),
    ).rejects.toMatchObject({ code: 'sync-token-invalid' });
    await files.uploads.finish(ana(), 'up', 'finished', {});
    const old = await t.files.write(ana(), 'new', bodyOf('x'));
    expect((await files.write(ana(), 'new', bodyOf('x'))).node.id).toBeGreaterThan(old.node.id + 1000);
    expect((await checkStore({ db, blobs: store })).findings).toEqual([]);
    expect(readFileSync(join(target(), 'token.key'), 'utf8')).toBe('secret');
    expect(readdirSync(target()).filter((name) => name.includes('restoring'))).toEqual([]);
    await db.close();
  });

  it('is of one moment, though writes and sweeps go on', async () => {
    const making = backup();
    for (let i = 0; i < 20; i++) await t.files.write(ana(), `later${i}`, bodyOf(pattern(40_000, i)));
    await t.files.remove(ana(), 'a');
    t.clock.advance(3 * hour);
    await Promise.all([making, collect()]);
    await restoreStore({ file: file(), directory: target() });
    const { db, store } = await open();
    expect((await checkStore({ db, blobs: store })).findings).toEqual([]);
    await db.close();
    expect(await collect()).toMatchObject({ removedBlobs: 0 });
  });

  it('can be read by any tar', async () => {
    await backup();
    const { execFileSync } = await import('node:child_process');
    const names = execFileSync('tar', ['-tf', file()], { encoding: 'utf8' }).trim().split('\n');
    expect(names[0]).toBe('holdfast-backup.json');
    expect(names.at(-1)).toBe('trailer.json');
    expect(names).toHaveLength(5);
  });

  it('refuses a folder that is not empty, and leaves it alone', async () => {
    await backup();
    await expect(restoreStore({ file: file(), directory })).rejects.toMatchObject({ code: 'data-not-empty' });
    expect(readdirSync(directory)).toEqual(['backup.tar']);
  });

  it('R4 refuses a backup that is cut off or damaged anywhere, and leaves nothing behind', async () => {
    await backup();
    const whole = readFileSync(file());
    const attempt = async () =>
      expect(restoreStore({ file: file(), directory: target() })).rejects.toMatchObject({
        code: 'backup-damaged',
      });
    for (const length of [0, 511, 512, 5000, whole.length >> 1, whole.length - 1025, whole.length - 2048]) {
      truncateSync(file(), length);
      await attempt();
      writeFileSync(file(), whole);
    }
    for (let i = 0; i < 30; i++) {
      const bad = Buffer.from(whole);
      const at = Math.floor((i * whole.length) / 31) + 7;
      bad[at] = (bad[at] ?? 0) ^ 0x10;
      // Zeros behind a file, and the times in headers, hold nothing.
      if (whole[at] === 0 && at > 2000) continue;
      writeFileSync(file(), bad);
      await attempt();
    }
    expect(readdirSync(directory)).toEqual(['backup.tar']);
    writeFileSync(file(), 'no archive at all, but some text that is a little longer than nothing'.repeat(30));
    await attempt();
  });

  it('leaves nothing behind when the store is damaged', async () => {
    const [id] = await blobIds();
    blobs.damage(id as BlobId);
    await expect(backup()).rejects.toMatchObject({ code: 'store-damaged' });
    expect(readdirSync(directory)).toEqual([]);
  });
});
