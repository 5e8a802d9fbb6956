export { sql } from 'kysely';
export type { Db, Query } from './db.ts';
export { acquireDirectoryLock, type DirectoryLock } from './directory-lock.ts';
export { type DbOptions, openDb } from './open-db.ts';
export { type Parameter, row, rows, run } from './rows.ts';
export type * from './schema.ts';
