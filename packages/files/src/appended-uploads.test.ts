import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from './maintenance/check-store.ts';
import { collectGarbage } from './maintenance/collect-garbage.ts';
import { bodyOf, bytesOf, pattern } from './testing/bodies.ts';
import { createTestFiles, type TestFiles } from './testing/create-test-files.ts';

let world: TestFiles;
beforeEach(async () => {
  world = await createTestFiles();
});
afterEach(() => world.close());

const bytes = pattern(300_000);
const hex = createHash('sha256').update(bytes).digest('hex');
const checksums = [{ kind: 'SHA256' as const, hex }];

function append(from: number, to: number, transfer = 't', userId = 'ana') {
  const body = bodyOf(bytes.subarray(from, to), 10_000);
  return world.files.uploads.append(world.actor(userId), transfer, from, body, { size: to - from });
}

async function* breakingOff(to: number): AsyncGenerator<Uint8Array> {
  yield* bodyOf(bytes.subarray(0, to), 10_000);
  throw new Error('connection lost');
}

const finish = (options = {}) =>
  world.files.uploads.finish(world.actor(), 't', 'a', { checksums, size: bytes.byteLength, ...options });

async function drafts(): Promise<number> {
  let count = 0;
  for await (const _draft of world.blobs.drafts.list()) count++;
  return count;
}

describe('an upload that comes in several goes', () => {
  beforeEach(() => world.files.uploads.create(world.actor(), 't', bytes.byteLength));

  it('goes on where it broke off, and becomes a file of one blob', async () => {
    const { uploads } = world.files;
    expect(await uploads.offset(world.actor(), 't')).toBe(0);
    await expect(uploads.append(world.actor(), 't', 0, breakingOff(120_000))).rejects.toThrow('lost');
    expect(await uploads.offset(world.actor(), 't')).toBe(120_000);
    expect(await append(120_000, 300_000)).toBe(300_000);
    const { node } = await finish();
    expect(node.checksums).toEqual(checksums);
    expect(await bytesOf(await world.files.read(world.actor(), 'a'))).toEqual(bytes);
    const rows = await world.db.read((query) => query.selectFrom('manifest_entries').selectAll().execute());
    expect(rows.map(({ blob_id }) => blob_id)).toEqual([hex]);
    expect(await drafts()).toBe(0);
    expect((await checkStore({ db: world.db, blobs: world.blobs })).findings).toEqual([]);
    await expect(uploads.offset(world.actor(), 't')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is still there when it could not be finished', async () => {
    await append(0, 300_000);
    await expect(finish({ ifMatch: ['other'] })).rejects.toMatchObject({ code: 'precondition-failed' });
    expect(await world.files.uploads.offset(world.actor(), 't')).toBe(300_000);
    await expect(append(300_000, 300_000)).rejects.toMatchObject({ code: 'conflict' });
    await finish();
    expect(await bytesOf(await world.files.read(world.actor(), 'a'))).toEqual(bytes);
  });

  it('R6 is not finished when bytes are missing, or with other bytes than were meant', async () => {
    await append(0, 200_000);
    await expect(finish()).rejects.toMatchObject({ code: 'upload-incomplete' });
    await append(200_000, 300_000);
    await expect(finish({ checksums: [] })).rejects.toMatchObject({ code: 'bad-value' });
    const other = [{ kind: 'SHA256' as const, hex: '0'.repeat(64) }];
    await expect(finish({ checksums: other })).rejects.toMatchObject({ code: 'checksum-mismatch' });
    expect(await world.files.find(world.actor(), 'a')).toBeUndefined();
    await finish();
  });

  it('takes bytes only where they belong, and no more than were announced', async () => {
    await append(0, 1000);
    await expect(append(999, 2000)).rejects.toMatchObject({ code: 'conflict' });
    await expect(append(2000, 3000)).rejects.toMatchObject({ code: 'conflict' });
    const { uploads } = world.files;
    const long = bodyOf(pattern(300_000));
    await expect(uploads.append(world.actor(), 't', 1000, long)).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
    for (const from of [-1, 0.5, Number.NaN]) {
      await expect(uploads.append(world.actor(), 't', from, bodyOf(''))).rejects.toMatchObject({
        code: 'bad-value',
      });
    }
    const short = uploads.append(world.actor(), 't', await uploads.offset(world.actor(), 't'), bodyOf('x'), {
      size: 2,
    });
    await expect(short).rejects.toMatchObject({ code: 'body-cut-off' });
  });

  it('goes on over a new connection while the old one hangs', async () => {
    const { uploads } = world.files;
    async function* hanging(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 50_000);
      await new Promise(() => undefined);
    }
    const old = uploads.append(world.actor(), 't', 0, hanging());
    const ended = expect(old).rejects.toMatchObject({ code: 'conflict' });
    await expect.poll(() => uploads.offset(world.actor(), 't')).toBe(50_000);
    expect(await append(50_000, 300_000)).toBe(300_000);
    await ended;
    await finish();
  });

  it('and chunks do not mix', async () => {
    const { uploads } = world.files;
    await uploads.putChunk(world.actor(), 't', 1, bodyOf(pattern(10)));
    await expect(append(0, 10)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is gone when it is given up, by whoever made it or for want of use', async () => {
    await append(0, 1000);
    await world.files.uploads.abort(world.actor(), 't');
    expect(await drafts()).toBe(0);
    await world.files.uploads.create(world.actor(), 't');
    await append(0, 1000);
    world.clock.advance(23 * 3_600_000);
    await append(1000, 2000);
    world.clock.advance(23 * 3_600_000);
    const collect = () => collectGarbage({ db: world.db, blobs: world.blobs, clock: world.clock });
    await collect();
    expect(await drafts()).toBe(1);
    world.clock.advance(2 * 3_600_000);
    expect((await collect()).expiredUploads).toBe(1);
    expect(await drafts()).toBe(0);
  });

  it('is nobody else\u2019s, and counts against the quota', async () => {
    await expect(append(0, 10, 't', 'ben')).rejects.toMatchObject({ code: 'not-found' });
    const reading = world.actor('ana', { write: false });
    await expect(world.files.uploads.append(reading, 't', 0, bodyOf('x'))).rejects.toMatchObject({
      code: 'forbidden',
    });
    await world.files.createRoot('ana', 250_000);
    await expect(append(0, 300_000)).rejects.toMatchObject({ code: 'quota-exceeded' });
    await append(0, 250_000);
    await expect(append(250_000, 250_001)).rejects.toMatchObject({ code: 'quota-exceeded' });
  });
});
