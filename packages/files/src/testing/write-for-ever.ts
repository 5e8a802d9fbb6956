import { join } from 'node:path';
import { DiskBlobStore } from '@holdfast/blobs';
import { openDb } from '@holdfast/db';
import { createFiles } from '../create-files.ts';
import { bodyOf, pattern } from './bodies.ts';

/** What is at a path after a change: `pattern(size, salt)`, or nothing where size is -1. */
export type Effect = readonly [path: string, size: number, salt: number];

/** One line of stdout: what a writer is about to do, or (without effects) that it was acknowledged. */
export interface KillLogLine {
  readonly slot: number;
  readonly effects?: readonly Effect[];
}

/**
 * Writes, moves, copies and removes in a store until the process is killed, eight at a time, and says on stdout what
 * it tries and what was acknowledged.
 */
export async function writeForEver(directory: string, round: number): Promise<never> {
  const db = await openDb({ path: join(directory, 'metadata.db') });
  const files = await createFiles({ db, blobs: new DiskBlobStore(join(directory, 'blobs')) });
  const ana = { userId: 'ana', read: true, write: true, delete: true };
  await files.createRoot('ana');
  const slot = async (number: number): Promise<never> => {
    const folder = `r${round}/s${number}`;
    const say = (line: KillLogLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
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
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => slot(number)));
  throw new Error('never comes here');
}
