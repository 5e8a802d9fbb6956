import { createHash } from 'node:crypto';
import type { Clock } from '@holdfast/base';
import { manualClock } from '@holdfast/base/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobId, BlobStore, ByteRange } from '../blob-store.ts';

/** A store under test, and what to do afterwards. */
interface Subject {
  readonly store: BlobStore;
  dispose(): Promise<void>;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex') as BlobId;

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

function pattern(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7919) >>> 3));
}

/** Registers the tests every BlobStore has to pass. */
export function describeBlobStore(name: string, open: (clock: Clock) => Promise<Subject>): void {
  describe(`${name} keeps the contract of BlobStore`, () => {
    const clock = manualClock();
    let subject: Subject;
    let store: BlobStore;
    beforeEach(async () => {
      subject = await open(clock);
      store = subject.store;
    });
    afterEach(() => subject.dispose());

    const read = async (id: BlobId, range?: ByteRange) =>
      Buffer.concat(await (await store.open(id, range)).toArray());
    const ids = async (after?: BlobId) => {
      const out: BlobId[] = [];
      for await (const blob of store.list(after)) out.push(blob.id);
      return out;
    };

    it.each([0, 1, 1000, 65_536, 3_500_001])('gives back %i bytes under their hash', async (length) => {
      const bytes = pattern(length);
      const result = await store.put(chunksOf(bytes, 40_000));
      expect(result).toEqual({ id: sha256(bytes), size: length });
      expect((await read(result.id)).equals(bytes)).toBe(true);
      expect(await store.stat(result.id)).toEqual({ id: result.id, size: length, storedAt: clock.now() });
    });

    it('says beforehand what does not fit', async () => {
      await store.requireRoom(1);
      await expect(store.requireRoom(Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({ code: 'disk-full' });
    });

    it('reads parts', async () => {
      const bytes = pattern(5000);
      const { id } = await store.put(chunksOf(bytes, 999));
      expect(await read(id, { start: 0, end: 0 })).toEqual(bytes.subarray(0, 1));
      expect(await read(id, { start: 100, end: 4999 })).toEqual(bytes.subarray(100));
      expect(await read(id, { start: 4990, end: 99_999 })).toEqual(bytes.subarray(4990));
      for (const range of [
        { start: 5000, end: 6000 },
        { start: 3, end: 2 },
        { start: -1, end: 2 },
      ]) {
        await expect(store.open(id, range)).rejects.toMatchObject({ code: 'range-unsatisfiable' });
      }
    });

    it('says that a missing blob is damage', async () => {
      const id = sha256(Buffer.from('never stored'));
      expect(await store.stat(id)).toBeUndefined();
      await expect(store.open(id)).rejects.toMatchObject({ code: 'store-damaged' });
    });

    it('keeps nothing of what does not hash to what was expected', async () => {
      const bytes = pattern(100_000);
      const expect_ = sha256(Buffer.from('other'));
      await expect(store.put(chunksOf(bytes, 1000), { expect: expect_ })).rejects.toMatchObject({
        code: 'checksum-mismatch',
      });
      expect(await ids()).toEqual([]);
      await store.put(chunksOf(bytes, 1000), { expect: sha256(bytes) });
      expect(await ids()).toEqual([sha256(bytes)]);
    });

    it('keeps nothing when the source fails, and passes its error on', async () => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield pattern(2_000_000);
        throw new Error('connection lost');
      }
      await expect(store.put(failing())).rejects.toThrow('connection lost');
      expect(await ids()).toEqual([]);
    });

    it('stops when told to, also while the source hangs', async () => {
      const controller = new AbortController();
      async function* hanging(): AsyncGenerator<Uint8Array> {
        yield pattern(10);
        queueMicrotask(() => controller.abort(new Error('stop')));
        await new Promise(() => undefined);
      }
      await expect(store.put(hanging(), { signal: controller.signal })).rejects.toThrow('stop');
      expect(await ids()).toEqual([]);
    });

    it('puts the same bytes twice as one blob, and renews its age', async () => {
      const bytes = pattern(50_000);
      const { id } = await store.put(chunksOf(bytes, 999));
      clock.advance(60_000);
      expect(await store.put(chunksOf(bytes, 7))).toEqual({ id, size: 50_000 });
      expect(await store.stat(id)).toMatchObject({ storedAt: clock.now() });
      expect(await ids()).toEqual([id]);
    });

    it('puts the same bytes at the same time', async () => {
      const bytes = pattern(70_000);
      const results = await Promise.all(Array.from({ length: 8 }, () => store.put(chunksOf(bytes, 4096))));
      expect(new Set(results.map((result) => result.id)).size).toBe(1);
      expect((await read(sha256(bytes))).equals(bytes)).toBe(true);
    });

    it('lists by id, from a place on', async () => {
      const all: BlobId[] = [];
      for (let i = 0; i < 40; i++) all.push((await store.put(chunksOf(pattern(i), 10))).id);
      all.sort();
      expect(await ids()).toEqual(all);
      expect(await ids(all[20])).toEqual(all.slice(21));
      expect(await ids(all[39])).toEqual([]);
    });

    it('removes what is there, and passes over what is not or is too young', async () => {
      const old = (await store.put(chunksOf(pattern(10), 10))).id;
      clock.advance(10_000);
      const young = (await store.put(chunksOf(pattern(20), 10))).id;
      const missing = sha256(Buffer.from('missing'));
      expect(await store.remove([old, young, missing], { storedBefore: clock.now() - 1 })).toEqual([old]);
      expect(await ids()).toEqual([young]);
      expect(await store.remove([young, missing])).toEqual([young]);
      expect(await ids()).toEqual([]);
    });

    describe('drafts', () => {
      const bytes = pattern(2_500_000);
      const part = (from: number, to: number) => chunksOf(bytes.subarray(from, to), 70_000);
      const all = async () => {
        const names: string[] = [];
        for await (const draft of store.drafts.list()) names.push(`${draft.name} ${draft.size}`);
        return names;
      };

      it('grow in several goes and become a blob', async () => {
        const { drafts } = store;
        expect(await drafts.size('a')).toBe(0);
        expect(await drafts.append('a', 0, part(0, 1_300_000))).toBe(1_300_000);
        expect(await drafts.append('b', 0, part(0, 10))).toBe(10);
        expect(await drafts.append('a', 1_300_000, part(1_300_000, 2_500_000))).toBe(2_500_000);
        expect(await all()).toEqual(['a 2500000', 'b 10']);
        const id = sha256(bytes);
        expect(await drafts.finish('a', id)).toEqual({ id, size: 2_500_000 });
        expect((await read(id)).equals(bytes)).toBe(true);
        expect(await store.stat(id)).toMatchObject({ storedAt: clock.now() });
        expect(await all()).toEqual(['b 10']);
        await drafts.remove(['b', 'never']);
        expect(await all()).toEqual([]);
      });

      it('keep what has arrived when the source fails, or it is stopped', async () => {
        const { drafts } = store;
        async function* failing(): AsyncGenerator<Uint8Array> {
          yield* part(0, 1_500_000);
          throw new Error('connection lost');
        }
        await expect(drafts.append('a', 0, failing())).rejects.toThrow('connection lost');
        expect(await drafts.size('a')).toBe(1_500_000);
        const controller = new AbortController();
        async function* hanging(): AsyncGenerator<Uint8Array> {
          yield* part(1_500_000, 1_600_000);
          queueMicrotask(() => controller.abort(new Error('stop')));
          await new Promise(() => undefined);
        }
        const { signal } = controller;
        await expect(drafts.append('a', 1_500_000, hanging(), { signal })).rejects.toThrow('stop');
        const there = await drafts.size('a');
        expect(there).toBeGreaterThanOrEqual(1_500_000);
        await drafts.append('a', there, part(there, 2_500_000));
        expect(await drafts.finish('a', sha256(bytes))).toMatchObject({ size: 2_500_000 });
      });

      it('are not appended to in the wrong place, and not finished with the wrong bytes', async () => {
        const { drafts } = store;
        await drafts.append('a', 0, part(0, 100));
        for (const from of [0, 99, 101]) {
          await expect(drafts.append('a', from, part(0, 10))).rejects.toMatchObject({
            code: 'conflict',
            details: { size: 100 },
          });
        }
        await expect(drafts.finish('a', sha256(bytes))).rejects.toMatchObject({ code: 'checksum-mismatch' });
        expect(await drafts.size('a')).toBe(100);
        await expect(drafts.finish('none', sha256(bytes))).rejects.toMatchObject({ code: 'not-found' });
        await drafts.append('a', 100, part(100, 1000));
        await store.put(part(0, 1000));
        expect(await drafts.finish('a', sha256(bytes.subarray(0, 1000)))).toMatchObject({ size: 1000 });
        expect(await drafts.size('a')).toBe(0);
      });

      it.each(['', '..', 'a/b', 'A', 'x'.repeat(65)])('are not called "%s"', async (name) => {
        await expect(store.drafts.size(name)).rejects.toMatchObject({ code: 'bad-value' });
        await expect(store.drafts.append(name, 0, part(0, 1))).rejects.toMatchObject({ code: 'bad-value' });
      });
    });
  });
}
