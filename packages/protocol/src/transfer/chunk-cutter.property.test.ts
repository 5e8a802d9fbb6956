import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkCutter, chunkSizes } from './chunk-cutter.ts';

/** Bytes without a pattern. */
function noise(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed | 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Where the content is cut when it comes in pieces of these sizes. */
function cutsOf(bytes: Uint8Array, sizes: readonly number[] = [bytes.byteLength]): number[] {
  const cutter = new ChunkCutter();
  const cuts: number[] = [];
  let base = 0;
  for (let i = 0; base < bytes.byteLength; i++) {
    const piece = bytes.subarray(base, base + (sizes[i % sizes.length] ?? 1));
    let at = 0;
    while (at < piece.byteLength) {
      const end = cutter.next(piece, at);
      if (end < 0) break;
      cuts.push(base + end);
      at = end;
    }
    base += piece.byteLength;
  }
  if (cuts.at(-1) !== bytes.byteLength && bytes.byteLength > 0) cuts.push(bytes.byteLength);
  return cuts;
}

const content = fc
  .tuple(fc.integer({ min: 0, max: 700_000 }), fc.nat())
  .map(([size, seed]) => noise(size, seed));

describe('cuts by content', () => {
  it('are the same whatever the pieces', () => {
    fc.assert(
      fc.property(
        content,
        fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 5 }),
        (bytes, sizes) => {
          expect(cutsOf(bytes, sizes)).toEqual(cutsOf(bytes));
        },
      ),
      { seed: 20261123, numRuns: 40 },
    );
  });

  it('make chunks of the sizes that were promised', () => {
    const bytes = noise(8_000_000, 5);
    const cuts = cutsOf(bytes);
    const sizes = cuts.map((cut, i) => cut - (cuts[i - 1] ?? 0));
    for (const size of sizes.slice(0, -1)) {
      expect(size).toBeGreaterThanOrEqual(chunkSizes.min);
      expect(size).toBeLessThanOrEqual(chunkSizes.max);
    }
    expect(bytes.byteLength / sizes.length).toBeGreaterThan(chunkSizes.normal / 2);
    expect(bytes.byteLength / sizes.length).toBeLessThan(chunkSizes.normal * 2);
    expect(cutsOf(new Uint8Array(600_000))).toEqual([262_144, 524_288, 600_000]);
    expect(cutsOf(new Uint8Array())).toEqual([]);
    expect(cutsOf(new Uint8Array(1))).toEqual([1]);
  });

  it('an insertion moves those near it alone', () => {
    fc.assert(
      fc.property(fc.nat(1_900_000), fc.integer({ min: 1, max: 5000 }), fc.nat(), (at, length, seed) => {
        const before = noise(2_000_000, 9);
        const after = new Uint8Array(before.byteLength + length);
        after.set(before.subarray(0, at));
        after.set(noise(length, seed), at);
        after.set(before.subarray(at), at + length);
        const old = cutsOf(before);
        const moved = new Set(cutsOf(after).map((cut) => (cut > at ? cut - length : cut)));
        const lost = old.filter((cut) => !moved.has(cut));
        for (const cut of lost) expect(Math.abs(cut - at)).toBeLessThan(8 * chunkSizes.max);
        expect(lost.length).toBeLessThan(12);
      }),
      { seed: 20261123, numRuns: 30 },
    );
  });

  it('never change: both sides of the wire must cut alike', () => {
    expect(cutsOf(noise(700_000, 1))).toMatchInlineSnapshot(`
      [
        109803,
        169551,
        218173,
        257774,
        349789,
        427507,
        495346,
        573944,
        609118,
        682581,
        700000,
      ]
    `);
  });
});
