import { createHash } from 'node:crypto';
import { parseChunks } from '@holdfast/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChunkListWriter } from './chunk-list-writer.ts';
import type { DeltaPiece, DeltaWriteOptions } from './files.ts';
import { checkStore } from './maintenance/check-store.ts';
import { collectGarbage } from './maintenance/collect-garbage.ts';
import { bodyOf, bytesOf, pattern } from './testing/bodies.ts';
import { createTestFiles, type TestFiles } from './testing/create-test-files.ts';

let world: TestFiles;
beforeEach(async () => {
  world = await createTestFiles();
});
afterEach(() => world.close());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const copy = (start: number, size: number): DeltaPiece => ({ kind: 'copy', start, size });
const fresh = (bytes: Uint8Array): DeltaPiece => ({ kind: 'bytes', bytes });

/** What the pieces make out of `base`. */
function made(base: Buffer, pieces: readonly DeltaPiece[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) =>
      piece.kind === 'bytes' ? piece.bytes : base.subarray(piece.start, piece.start + piece.size),
    ),
  );
}

async function put(path: string, bytes: Buffer): Promise<string> {
  return (await world.files.write(world.actor(), path, bodyOf(bytes))).node.etag;
}

async function read(path: string): Promise<Buffer> {
  return bytesOf(await world.files.read(world.actor(), path));
}

async function* each(pieces: readonly DeltaPiece[]): AsyncGenerator<DeltaPiece> {
  yield* pieces;
}

function patch(
  path: string,
  ifMatch: string,
  pieces: readonly DeltaPiece[],
  meant: Buffer,
  options: Partial<DeltaWriteOptions> = {},
) {
  return world.files.writeDelta(world.actor(), path, each(pieces), {
    ifMatch: [ifMatch],
    size: meant.byteLength,
    digest: () => sha256(meant),
    ...options,
  });
}

async function storedBytes(): Promise<number> {
  world.clock.advance(10 * 3_600_000);
  await collectGarbage({ db: world.db, blobs: world.blobs, clock: world.clock });
  let bytes = 0;
  for await (const blob of world.blobs.list()) bytes += blob.size;
  return bytes;
}

async function requireWhole(): Promise<void> {
  expect((await checkStore({ db: world.db, blobs: world.blobs })).findings).toEqual([]);
}

const base = pattern(500_000);

/** The chunks of a content, without any that are known before. */
function cut(bytes: Buffer): Buffer {
  const writer = new ChunkListWriter();
  writer.add(bytes);
  return writer.finish();
}

const keptChunks = () => world.db.read((query) => query.selectFrom('content_chunks').selectAll().execute());

describe('a delta', () => {
  it('makes a version of old parts and new bytes, and stores the new bytes alone', async () => {
    const etag = await put('a', base);
    const pieces = [copy(0, 200_000), fresh(pattern(1000, 7)), copy(200_000, 300_000)];
    const meant = made(base, pieces);
    const { node, created } = await patch('a', etag, pieces, meant, {
      mtime: { s: 5, ns: 6 },
      executable: true,
    });
    expect(created).toBe(false);
    expect(node).toMatchObject({ size: 501_000, mtime: { s: 5, ns: 6 }, executable: true });
    expect(node.checksums).toEqual([{ kind: 'SHA256', hex: sha256(meant) }]);
    expect(await read('a')).toEqual(meant);
    expect(await storedBytes()).toBe(501_000);
    await requireWhole();
  });

  it('reads any part of a version that is made of parts', async () => {
    const etag = await put('a', base);
    const pieces = [copy(100_000, 5000), fresh(pattern(50, 9)), copy(0, 400_000), copy(490_000, 10_000)];
    const meant = made(base, pieces);
    await patch('a', etag, pieces, meant);
    for (const [start, end] of [
      [0, 0],
      [4999, 5050],
      [5010, 5020],
      [104_000, 110_000],
      [405_040, 415_049],
      [0, 1e9],
    ] as const) {
      const opened = await world.files.read(world.actor(), 'a', { start, end });
      expect(await bytesOf(opened)).toEqual(meant.subarray(start, end + 1));
    }
  });

  it('is taken from a version that a delta has made, again and again, in bounded space', async () => {
    let meant = base;
    let etag = await put('a', meant);
    for (let round = 0; round < 40; round++) {
      const at = (round * 37_111) % 400_000;
      const pieces = [
        copy(0, at),
        fresh(pattern(9000, round)),
        copy(at + 9000, meant.byteLength - at - 9000),
      ].filter((piece) => piece.kind === 'bytes' || piece.size > 0);
      meant = made(meant, pieces);
      etag = (await patch('a', etag, pieces, meant)).node.etag;
    }
    expect(await read('a')).toEqual(meant);
    expect(await storedBytes()).toBeLessThanOrEqual(2 * meant.byteLength);
    await requireWhole();
  });

  it('that keeps little of a blob copies it, and lets the rest go', async () => {
    const etag = await put('a', base);
    const pieces = [copy(1000, 40_000), fresh(pattern(100, 3))];
    const meant = made(base, pieces);
    await patch('a', etag, pieces, meant);
    expect(await read('a')).toEqual(meant);
    expect(await storedBytes()).toBe(40_100);
    await requireWhole();
  });

  it('of very many parts becomes one blob', async () => {
    const etag = await put('a', base);
    const pieces = Array.from({ length: 2000 }, (_, i) => copy((1999 - i) * 200, 150));
    const meant = made(base, pieces);
    await patch('a', etag, pieces, meant);
    expect(await read('a')).toEqual(meant);
    const rows = await world.db.read((query) => query.selectFrom('manifest_entries').selectAll().execute());
    expect(rows).toHaveLength(1);
    await requireWhole();
  });

  it('to and from small files works as well', async () => {
    const small = pattern(1000);
    const grown = [copy(0, 1000), fresh(pattern(60_000, 4)), copy(500, 500)];
    const large = made(small, grown);
    const etag = (await patch('a', await put('a', small), grown, large)).node.etag;
    expect(await read('a')).toEqual(large);
    const shrunk = [copy(999, 3)];
    await patch('a', etag, shrunk, made(large, shrunk));
    expect(await read('a')).toEqual(made(large, shrunk));
    expect(await storedBytes()).toBe(0);
    await patch('a', (await world.files.get(world.actor(), 'a')).etag, [], Buffer.alloc(0));
    expect(await read('a')).toEqual(Buffer.alloc(0));
    await requireWhole();
  });

  it('R5 is refused when the base is another version, before, while and after it comes', async () => {
    const etag = await put('a', base);
    const pieces = [copy(0, 250_000), fresh(pattern(10, 1)), copy(250_000, 250_000)];
    const meant = made(base, pieces);
    await expect(patch('a', 'other', pieces, meant)).rejects.toMatchObject({ code: 'precondition-failed' });
    async function* slow() {
      yield* pieces.slice(0, 2);
      await put('a', pattern(60_000, 1));
      await storedBytes();
      yield* pieces.slice(2);
    }
    const options = { ifMatch: [etag] as [string], size: meant.byteLength, digest: () => sha256(meant) };
    await expect(world.files.writeDelta(world.actor(), 'a', slow(), options)).rejects.toMatchObject({
      code: 'precondition-failed',
    });
    expect(await read('a')).toEqual(pattern(60_000, 1));
    await requireWhole();
  });

  it.each<[string, DeltaPiece[], Partial<DeltaWriteOptions>, string]>([
    ['a part behind the end', [copy(499_999, 2)], { size: 2 }, 'bad-value'],
    ['a part before the start', [copy(-1, 2)], { size: 2 }, 'bad-value'],
    ['too few bytes', [copy(0, 100_000)], { size: 100_001 }, 'body-cut-off'],
    ['too many bytes', [copy(0, 100_000)], { size: 99_999 }, 'body-cut-off'],
    [
      'another hash',
      [copy(0, 100_000)],
      { size: 100_000, digest: () => '0'.repeat(64) },
      'checksum-mismatch',
    ],
    [
      'another hash of a small version',
      [copy(0, 10)],
      { size: 10, digest: () => '0'.repeat(64) },
      'checksum-mismatch',
    ],
  ])('R6 with %s changes nothing', async (_what, pieces, options, code) => {
    const etag = await put('a', base);
    await expect(patch('a', etag, pieces, base, options)).rejects.toMatchObject({ code });
    expect(await read('a')).toEqual(base);
    expect(await storedBytes()).toBe(base.byteLength);
  });

  it('needs the right to read and to write, and the quota', async () => {
    const etag = await put('a', base);
    for (const lacking of [{ read: false }, { write: false }]) {
      const actor = world.actor('ana', lacking);
      const options = { ifMatch: [etag] as [string], size: 1, digest: () => '' };
      await expect(world.files.writeDelta(actor, 'a', each([]), options)).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
    await world.files.createRoot('ana', 600_000);
    const twice = [copy(0, 500_000), copy(0, 500_000)];
    await expect(patch('a', etag, twice, made(base, twice))).rejects.toMatchObject({
      code: 'quota-exceeded',
    });
  });

  it('whatever the pieces, what was made is what was meant, and the store stays whole', async () => {
    const piece = fc.oneof(
      fc
        .tuple(fc.nat(499_999), fc.integer({ min: 1, max: 120_000 }))
        .map(([start, size]): DeltaPiece => copy(start, Math.min(size, 500_000 - start))),
      fc
        .tuple(fc.integer({ min: 1, max: 50_000 }), fc.nat(1000))
        .map(([size, salt]): DeltaPiece => fresh(pattern(size, salt))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const etag = await put('a', base);
        const meant = made(base, pieces);
        const known = pieces.length % 2 === 0;
        if (known) await world.files.chunks(world.actor(), 'a');
        await patch('a', etag, pieces, meant);
        expect(await read('a')).toEqual(meant);
        const kept = await keptChunks();
        expect(kept).toHaveLength(known && meant.byteLength > 32_768 ? 1 : 0);
        const { chunks } = await world.files.chunks(world.actor(), 'a');
        expect(Buffer.from(chunks).equals(cut(meant))).toBe(true);
        expect(await storedBytes()).toBeLessThanOrEqual(2 * meant.byteLength);
        await requireWhole();
      }),
      { seed: 20261123, numRuns: 60 },
    );
  });
});

describe('the chunks of a file', () => {
  it('are the same whether they were known or not, and go with the content', async () => {
    await put('a', base);
    const first = await world.files.chunks(world.actor(), 'a');
    const again = await world.files.chunks(world.actor(), 'a');
    expect(Buffer.from(again.chunks)).toEqual(Buffer.from(first.chunks));
    expect(await keptChunks()).toHaveLength(1);
    let at = 0;
    for (const { size, sha256: hash } of parseChunks(first.chunks, base.byteLength)) {
      expect(sha256(base.subarray(at, at + size))).toBe(hash);
      at += size;
    }
    await put('a', pattern(10));
    expect(await keptChunks()).toEqual([]);
    const small = await world.files.chunks(world.actor(), 'a');
    expect(parseChunks(small.chunks, 10)).toEqual([{ size: 10, sha256: sha256(pattern(10)) }]);
    expect(await keptChunks()).toEqual([]);
    await put('empty', Buffer.alloc(0));
    expect((await world.files.chunks(world.actor(), 'empty')).chunks).toHaveLength(0);
  });

  it('are computed once, however many ask, and without waiting once somebody does', async () => {
    await put('a', base);
    const stop = new AbortController();
    const opened = await world.files.read(world.actor(), 'a');
    const preparing = world.files.prepareChunks(stop.signal);
    const asked = await Promise.all(Array.from({ length: 5 }, () => world.files.chunks(world.actor(), 'a')));
    for (const { chunks } of asked) expect(Buffer.from(chunks).equals(cut(base))).toBe(true);
    await bytesOf(opened);
    stop.abort();
    await preparing;
  });

  it('are told only to who may read, and only of files', async () => {
    await put('a', base);
    await world.files.mkdir(world.actor(), 'd');
    const chunks = (path: string, limits = {}) => world.files.chunks(world.actor('ana', limits), path);
    await expect(chunks('a', { read: false })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(chunks('none')).rejects.toMatchObject({ code: 'not-found' });
    await expect(chunks('d')).rejects.toMatchObject({ code: 'is-a-folder' });
    await expect(chunks('a', { within: [] })).rejects.toMatchObject({ code: 'not-found' });
  });
});
