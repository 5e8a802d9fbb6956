import type { Clock } from '@holdfast/base';
import { manualClock, seededRandom } from '@holdfast/base/testing';
import type { BlobStore } from '@holdfast/blobs';
import { MemoryBlobStore } from '@holdfast/blobs/testing';
import { openTestDb, type TestDb } from '@holdfast/db/testing';
import { createFiles } from '../create-files.ts';
import type { Actor, Files } from '../files.ts';
import type { FilesLimits } from '../limits.ts';

/** A tree for tests: a database in a temporary folder, blobs in memory, a clock that stands still. */
export interface TestFiles extends AsyncDisposable {
  readonly files: Files;
  readonly db: TestDb;
  readonly blobs: BlobStore;
  readonly clock: Clock & { advance(ms: number): void };
  /** An actor with all rights. Accounts `ana` and `ben` have roots. */
  actor(userId?: string, limits?: Partial<Actor>): Actor;
  close(): Promise<void>;
}

/** Makes an empty tree with the accounts `ana` and `ben`. */
export async function createTestFiles(
  options: { blobs?: BlobStore; limits?: Partial<FilesLimits>; beforeCommit?: () => void } = {},
): Promise<TestFiles> {
  const clock = manualClock();
  const blobs = options.blobs ?? new MemoryBlobStore({ clock });
  const random = seededRandom(1);
  const db = await openTestDb({
    random,
    ...(options.beforeCommit === undefined ? {} : { beforeCommit: options.beforeCommit }),
  });
  const files = await createFiles({ db, blobs, clock, random, limits: options.limits ?? {} });
  await files.createRoot('ana');
  await files.createRoot('ben');
  const close = () => db.close();
  return {
    files,
    db,
    blobs,
    clock,
    actor: (userId = 'ana', limits = {}) => ({ userId, read: true, write: true, delete: true, ...limits }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
