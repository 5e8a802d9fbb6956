import { type Kysely, sql } from 'kysely';

/** Which files are symbolic links of clients that sync them as such; the content is the target. */
export const links = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw('ALTER TABLE nodes ADD COLUMN link INTEGER NOT NULL DEFAULT 0').execute(db);
  },
};
