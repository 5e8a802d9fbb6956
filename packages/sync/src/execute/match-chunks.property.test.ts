import { createHash } from 'node:crypto';
import { seededRandom } from '@holdfast/base/testing';
import type { ContentChunk } from '@holdfast/client';
import { ChunkCutter } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf } from './delta-parts.ts';
import { isListOf, matchChunks } from './match-chunks.ts';

function listOf(bytes: Uint8Array): ContentChunk[] {
  const cutter = new ChunkCutter();
  const list: ContentChunk[] = [];
  for (let start = 0; start < bytes.byteLength; ) {
    const cut = cutter.next(bytes, start);
    const end = cut < 0 ? bytes.byteLength : cut;
    const sha256 = createHash('sha256').update(bytes.subarray(start, end)).digest('hex');
    list.push({ start, size: end - start, sha256 });
    start = end;
  }
  return list;
}

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let n = 0; at < bytes.byteLength; n += 1) {
    const size = sizes[n % sizes.length] ?? bytes.byteLength;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

/** A version and a later one: some of its parts in any order, and some new bytes. */
const versions = fc
  .record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    size: fc.integer({ min: 0, max: 600_000 }),
    cuts: fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      {
        maxLength: 4,
      },
    ),
    fresh: fc.integer({ min: 0, max: 100_000 }),
    pieces: fc.array(fc.integer({ min: 1000, max: 400_000 }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ seed, size, cuts, fresh, pieces }) => {
    const random = seededRandom(seed);
    const before = random.bytes(size);
    const parts = cuts.map(([a, b]) => before.slice(Math.min(a, b) * size, Math.max(a, b) * size));
    const after = new Uint8Array(Buffer.concat([random.bytes(fresh), ...parts]));
    return { before, after, pieces };
  });

describe('matchChunks', () => {
  it('gives parts that make up the bytes, in order and without gaps', async () => {
    await fc.assert(
      fc.asyncProperty(versions, async ({ before, after, pieces }) => {
        const list = listOf(before);
        expect(isListOf(list, before.byteLength)).toBe(true);
        const made: Uint8Array[] = [];
        let at = 0;
        for await (const match of matchChunks(inPieces(after, pieces), list)) {
          expect(match.at).toBe(at);
          const part =
            match.kind === 'other'
              ? match.bytes
              : before.subarray(match.chunk.start, match.chunk.start + match.chunk.size);
          made.push(part);
          at += part.byteLength;
        }
        expect(Buffer.compare(Buffer.concat(made), after)).toBe(0);
      }),
      { seed: 20_261_123, numRuns: 25 },
    );
  });

  it('the parts of a new version make it up from the old one and what is fetched', async () => {
    await fc.assert(
      fc.asyncProperty(versions, async ({ before, after, pieces }) => {
        const list = listOf(after);
        const places = new Map<string, number>();
        for await (const match of matchChunks(inPieces(before, pieces), list)) {
          if (match.kind === 'listed' && !places.has(match.chunk.sha256))
            places.set(match.chunk.sha256, match.at);
        }
        let at = 0;
        const made = partsOf(list, places).map(({ start, size, from }) => {
          expect(start).toBe(at);
          at += size;
          return from === undefined
            ? after.subarray(start, start + size)
            : before.subarray(from, from + size);
        });
        expect(Buffer.compare(Buffer.concat(made), after)).toBe(0);
      }),
      { seed: 20_261_123, numRuns: 25 },
    );
  });

  it('an unchanged file is all on the list, and is not cut again', async () => {
    const bytes = seededRandom(7).bytes(1_000_000);
    const kinds = new Set<string>();
    for await (const { kind } of matchChunks(inPieces(bytes, [100_000]), listOf(bytes))) kinds.add(kind);
    expect([...kinds]).toEqual(['listed']);
  });
});
