import { type Kysely, sql } from 'kysely';

const statements: readonly string[] = [
  `ALTER TABLE manifest_entries ADD COLUMN blob_offset INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE manifest_entries ADD COLUMN blob_size INTEGER NOT NULL DEFAULT 0`,
  `UPDATE manifest_entries SET blob_size = size`,
  `CREATE TABLE content_chunks (
    content_id INTEGER PRIMARY KEY REFERENCES contents(id) ON DELETE CASCADE, chunks BLOB NOT NULL
  ) STRICT`,
  `CREATE INDEX contents_of_blobs ON contents(size) WHERE inline IS NULL`,
];

/** Manifests of parts of blobs, and where content can be cut so that versions have pieces in common. */
export const ranges = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
