import { join } from 'node:path';
import { isAppError } from '@holdfast/base';
import { afterEach, describe, expect, it } from 'vitest';
import { openDb } from './open-db.ts';
import { row, rows, run } from './rows.ts';
import { openTestDb, type TestDb } from './testing/index.ts';

const opened: TestDb[] = [];
async function open(options?: Parameters<typeof openTestDb>[0]): Promise<TestDb> {
  const db = await openTestDb(options);
  opened.push(db);
  return db;
}
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

const put = (db: TestDb, key: string, value = 'v') =>
  db.write((query) => run(query, 'INSERT INTO meta (key, value) VALUES (?, ?)', key, value));
const keys = (db: TestDb) =>
  db.read((query) => rows<{ key: string }>(query, `SELECT key FROM meta WHERE key LIKE 'k%' ORDER BY key`));

describe('openDb', () => {
  it('gives a new store an instance id and an epoch, and keeps them', async () => {
    const db = await open();
    const read = () => db.read((query) => query.selectFrom('meta').selectAll().orderBy('key').execute());
    const before = await read();
    expect(before.map((entry) => entry.key)).toEqual(['epoch', 'instance_id']);
    const again = await openDb({ path: join(db.directory, 'metadata.db') });
    expect(
      await again.read((query) => query.selectFrom('meta').selectAll().orderBy('key').execute()),
    ).toEqual(before);
    await again.close();
  });

  it('refuses a database that a later version has written', async () => {
    const db = await open();
    await db.write((query) =>
      run(
        query,
        `INSERT INTO kysely_migration (name, timestamp) VALUES ('9999-later', '2026-01-01T00:00:00.000Z')`,
      ),
    );
    await expect(openDb({ path: join(db.directory, 'metadata.db') })).rejects.toMatchObject({
      code: 'data-too-new',
    });
  });

  it('says that a file which is no database is damaged', async () => {
    const db = await open();
    const { writeFileSync } = await import('node:fs');
    const path = join(db.directory, 'other.db');
    writeFileSync(
      path,
      'this is not a database, but long enough to look like a file with a header in it'.repeat(20),
    );
    await expect(openDb({ path })).rejects.toMatchObject({ code: 'store-damaged' });
  });
});

describe('write', () => {
  it('makes what it resolved for visible to the next reader', async () => {
    const db = await open();
    await put(db, 'k1');
    expect(await keys(db)).toEqual([{ key: 'k1' }]);
  });

  it('shares one commit among changes that wait at the same time', async () => {
    let commits = 0;
    const db = await open({ beforeCommit: () => commits++ });
    await Promise.all(Array.from({ length: 600 }, (_, i) => put(db, `k${i}`)));
    expect(await keys(db)).toHaveLength(600);
    expect(commits).toBe(3);
  });

  it('undoes the change that failed, and no other of the same commit', async () => {
    const db = await open();
    const failing = db.write(async (query) => {
      await run(query, `INSERT INTO meta VALUES ('k-bad', '')`);
      throw new Error('no');
    });
    const results = await Promise.allSettled([put(db, 'k1'), failing, put(db, 'k2'), put(db, 'k1')]);
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
    expect((await keys(db)).map((entry) => entry.key)).toEqual(['k1', 'k2']);
  });

  it('rejects all changes of a commit that fails, and goes on afterwards', async () => {
    let fail = true;
    const db = await open({
      beforeCommit: () => {
        if (fail)
          throw Object.assign(new Error('disk is full'), { name: 'SqliteError', code: 'SQLITE_FULL' });
      },
    });
    const results = await Promise.allSettled([put(db, 'k1'), put(db, 'k2')]);
    for (const result of results) {
      expect(result.status === 'rejected' && isAppError(result.reason, 'disk-full')).toBe(true);
    }
    fail = false;
    await put(db, 'k3');
    expect(await keys(db)).toEqual([{ key: 'k3' }]);
  });

  it('R19 says that the disk is full, keeps what was acknowledged, and goes on when there is room', async () => {
    const db = await open();
    await put(db, 'k1');
    const limit = (pages: number) =>
      db.write((query) => rows<{ max_page_count: number }>(query, `PRAGMA max_page_count = ${pages}`));
    const [size] = await limit(1);
    const large = 'x'.repeat(1_000_000);
    const results = await Promise.allSettled([put(db, 'k2', large), put(db, 'k3', large)]);
    for (const result of results) {
      expect(result.status === 'rejected' && isAppError(result.reason, 'disk-full')).toBe(true);
    }
    expect(await keys(db)).toEqual([{ key: 'k1' }]);
    await limit((size?.max_page_count ?? 0) + 1000);
    await put(db, 'k4', large);
    expect((await keys(db)).map(({ key }) => key)).toEqual(['k1', 'k4']);
    expect(await db.verify()).toEqual([]);
  });

  it('rejects those that share a transaction SQLite gave up, and nobody else', async () => {
    const db = await open();
    const results = await Promise.allSettled([
      put(db, 'k1'),
      db.write(async (query) => {
        await run(query, 'ROLLBACK');
        throw new Error('given up');
      }),
      put(db, 'k2'),
    ]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await keys(db)).toEqual([{ key: 'k2' }]);
  });

  it('says that the database is busy when another process holds it, and goes on afterwards', async () => {
    const db = await open({ busyMs: 1 });
    const { default: Database } = await import('better-sqlite3');
    const other = new Database(join(db.directory, 'metadata.db'));
    other.exec('BEGIN IMMEDIATE');
    const results = await Promise.allSettled([put(db, 'k1'), put(db, 'k2')]);
    for (const result of results) {
      expect(result.status === 'rejected' && isAppError(result.reason, 'unavailable')).toBe(true);
    }
    other.close();
    await put(db, 'k3');
    expect(await keys(db)).toEqual([{ key: 'k3' }]);
  });

  it('runs changes in the order they came', async () => {
    const db = await open();
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        db.write(async (query) => {
          await row(query, 'SELECT 1');
          order.push(i);
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('is refused after close, which waits for what was begun', async () => {
    const db = await open();
    const last = put(db, 'k1');
    const closing = db.close();
    await last;
    await closing;
    await expect(put(db, 'k2')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(keys(db)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('read', () => {
  it('sees one snapshot, whatever is committed meanwhile', async () => {
    const db = await open();
    await db.read(async (query) => {
      const count = () => row<{ n: number }>(query, 'SELECT count(*) AS n FROM meta');
      const before = await count();
      await put(db, 'k1');
      expect(await count()).toEqual(before);
    });
    expect(await keys(db)).toHaveLength(1);
  });

  it('cannot change anything', async () => {
    const db = await open();
    await expect(db.read((query) => run(query, 'DELETE FROM meta'))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('serves more readers than it has connections', async () => {
    const db = await open({ readers: 1 });
    const all = await Promise.all(Array.from({ length: 10 }, () => keys(db)));
    expect(all).toHaveLength(10);
  });
});

describe('backupTo', () => {
  it('copies one moment, though changes go on', async () => {
    const db = await open();
    await db.write(async (query) => {
      for (let i = 0; i < 3000; i++) {
        await run(query, 'INSERT INTO meta (key, value) VALUES (?, ?)', `k${i}`, 'x'.repeat(4000));
      }
    });
    const path = join(db.directory, 'copy.db');
    let more = 0;
    await db.backupTo(path, () => {
      void put(db, `k-more-${more++}`).catch(() => undefined);
    });
    const copy = await openDb({ path });
    const [count] = await copy.read((query) =>
      rows<{ n: number }>(query, `SELECT count(*) AS n FROM meta WHERE key LIKE 'k%'`),
    );
    expect(count?.n).toBe(3000);
    expect(more).toBeGreaterThan(0);
    expect(await copy.verify()).toEqual([]);
    await copy.close();
  });
});

describe('rows', () => {
  it('binds parameters by order and by number', async () => {
    const db = await open();
    const found = await db.read((query) =>
      row(query, 'SELECT ?2 AS a, ?1 AS b, ?2 AS c', 'one', new Uint8Array([2])),
    );
    expect(found).toEqual({ a: Buffer.from([2]), b: 'one', c: Buffer.from([2]) });
    expect(await db.read((query) => row(query, 'SELECT ? AS a, ? AS b', 1, null))).toEqual({ a: 1, b: null });
  });
});
