import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from '../db.ts';
import { type DbOptions, openDb } from '../open-db.ts';

/** A database in a folder of its own, both gone after `close`. */
export type TestDb = Db & { readonly directory: string };

/** Opens an empty database in a new temporary folder. */
export async function openTestDb(options: Omit<DbOptions, 'path'> = {}): Promise<TestDb> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-db-'));
  const db = await openDb({ ...options, path: join(directory, 'metadata.db') });
  return {
    directory,
    read: db.read,
    write: db.write,
    backupTo: (file, onProgress) => db.backupTo(file, onProgress),
    verify: () => db.verify(),
    close: async () => {
      await db.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
