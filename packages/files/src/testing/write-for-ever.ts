import { hash } from 'node:crypto';
import { join } from 'node:path';
import { DiskBlobStore } from '@holdfast/blobs';
import { openDb } from '@holdfast/db';
import { createFiles } from '../create-files.ts';
import type { DeltaPiece } from '../files.ts';
import { bodyOf, pattern } from './bodies.ts';

/** What is at a path after a change: `pattern(size, salt)`, or nothing where size is -1. */
export type Effect = readonly [path: string, size: number, salt: number];

/** One line of stdout: what a writer is about to do, or (without effects) that it was acknowledged. */
export interface KillLogLine {
  readonly slot: number;
  readonly effects?: readonly Effect[];
}

/** What is there up to `size`, and the rest of `bytes` anew. */
async function* grownFrom(bytes: Buffer, size: number): AsyncGenerator<DeltaPiece> {
  yield { kind: 'copy', start: 0, size };
  yield { kind: 'bytes', bytes: bytes.subarray(size) };
}

/**
 * Writes (one by one, in batches and by deltas), moves, copies and removes in a store until the process is killed, eight at a time, and says on stdout what
 * it tries and what was acknowledged.
 */
export async function writeForEver(directory: string, round: number): Promise<never> {
  const db = await openDb({ path: join(directory, 'metadata.db') });
  const files = await createFiles({ db, blobs: new DiskBlobStore(join(directory, 'blobs')) });
  const ana = { userId: 'ana', read: true, write: true, delete: true };
  await files.createRoot('ana');
  const say = (line: KillLogLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const slot = async (number: number): Promise<never> => {
    const folder = `r${round}/s${number}`;
    const attempt = async (effects: readonly Effect[], act: () => Promise<unknown>) => {
      say({ slot: number, effects });
      await act();
      say({ slot: number });
    };
    for (let i = 0; ; i++) {
      const size = [10, 5000, 33_000, 150_000][(i + number) % 4] ?? 0;
      const path = `${folder}/f${i % 6}`;
      const moved = `${folder}/moved`;
      const copied = `${folder}/copied`;
      await attempt([[path, size, i]], () =>
        files.write(ana, path, bodyOf(pattern(size, i)), { createParents: true }),
      );
      if (i % 5 === 4) {
        const arrived: Effect = [moved, size, i];
        await attempt([[path, -1, 0], arrived], () => files.move(ana, path, moved, { overwrite: true }));
        await attempt([[copied, size, i]], () =>
          files.copy(ana, moved, copied, { overwrite: true, depth: '0' }),
        );
      } else if (i % 7 === 6) {
        await attempt([[path, -1, 0]], () => files.remove(ana, path));
      }
      if (i % 3 === 2) await writeBatch(number, folder, i);
      if (size === 150_000 && i % 5 !== 4 && i % 7 !== 6) {
        const etag = (await files.get(ana, path)).etag;
        const grown = pattern(180_000, i);
        await attempt([[path, 180_000, i]], () =>
          files.writeDelta(ana, path, grownFrom(grown, size), {
            ifMatch: [etag],
            size: grown.byteLength,
            digest: () => hash('sha256', grown),
          }),
        );
      }
    }
  };
  /** Each file of a batch stands for itself: it has a line of its own, under a number of its own. */
  const writeBatch = async (number: number, folder: string, i: number): Promise<void> => {
    const effects = [60, 20_000, 40_000].map((size, k): Effect => [`${folder}/b${k}`, size, i + k]);
    for (const [k, effect] of effects.entries()) say({ slot: 100 + number * 10 + k, effects: [effect] });
    const results = await files.writeBatch(
      ana,
      effects.map(([path, size, salt]) => ({ path, bytes: pattern(size, salt), options: {} })),
    );
    for (const [k, result] of results.entries()) {
      if (!(result instanceof Error)) say({ slot: 100 + number * 10 + k });
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => slot(number)));
  throw new Error('never comes here');
}
