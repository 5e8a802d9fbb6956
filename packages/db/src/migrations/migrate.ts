import { AppError } from '@holdfast/base';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { first } from './m0001-first.ts';
import { ranges } from './m0002-ranges.ts';
import { links } from './m0003-links.ts';

/** All migrations, by name and in order. A published one is never changed; a new one goes to the end. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-first': first,
  '0002-ranges': ranges,
  '0003-links': links,
};

/**
 * Brings the schema up to date, all or nothing.
 * @throws AppError `data-too-new` when a later version of the product has written this database.
 */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof Error && /previously executed migration .* is missing/.test(error.message)) {
    throw new AppError('data-too-new', {}, { cause: error });
  }
  throw error;
}
