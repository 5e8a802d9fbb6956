import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { TestDb } from './open-test-db.ts';

/** Changes the file behind the back of an open database, without the checks that would keep damage out. */
export function damageDb(db: TestDb, ...statements: readonly string[]): void {
  const raw = new Database(join(db.directory, 'metadata.db'));
  raw.pragma('foreign_keys = OFF');
  for (const statement of statements) raw.exec(statement);
  raw.close();
}
