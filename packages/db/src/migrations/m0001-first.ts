import { type Kysely, sql } from 'kysely';

const statements = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  `CREATE TABLE users (
    id TEXT PRIMARY KEY, display_name TEXT NOT NULL, password_hash TEXT NOT NULL,
    admin INTEGER NOT NULL, disabled INTEGER NOT NULL, quota INTEGER,
    auth_epoch INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE tokens (
    id TEXT PRIMARY KEY, lookup TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    name TEXT NOT NULL, kind TEXT NOT NULL, scopes TEXT NOT NULL, within TEXT,
    auth_epoch INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, last_used_at INTEGER,
    last_address TEXT, last_user_agent TEXT, expires_at INTEGER, idle_days INTEGER,
    state TEXT NOT NULL DEFAULT 'active'
  ) STRICT`,
  `CREATE INDEX tokens_by_user ON tokens(user_id)`,
  `CREATE TABLE feed (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT`,
  `INSERT INTO feed (id, seq) VALUES (1, 0)`,
  `CREATE TABLE contents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
    checksums TEXT NOT NULL, damaged INTEGER NOT NULL DEFAULT 0, inline BLOB
  ) STRICT`,
  `CREATE TABLE nodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, root_id INTEGER NOT NULL,
    parent_id INTEGER REFERENCES nodes(id),
    name TEXT NOT NULL, name_key TEXT NOT NULL, folder INTEGER NOT NULL, size INTEGER NOT NULL,
    mtime_s INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, created_at INTEGER NOT NULL,
    content_id INTEGER REFERENCES contents(id), checksums TEXT NOT NULL,
    etag_seq INTEGER NOT NULL, changed_seq INTEGER NOT NULL, created_seq INTEGER NOT NULL,
    executable INTEGER NOT NULL DEFAULT 0, favorite INTEGER NOT NULL DEFAULT 0
  ) STRICT`,
  `CREATE UNIQUE INDEX nodes_by_name ON nodes(parent_id, name_key)`,
  `CREATE UNIQUE INDEX nodes_by_change ON nodes(root_id, changed_seq)`,
  `CREATE INDEX nodes_by_content ON nodes(content_id) WHERE content_id IS NOT NULL`,
  `CREATE TABLE roots (
    user_id TEXT PRIMARY KEY, node_id INTEGER NOT NULL UNIQUE REFERENCES nodes(id), quota INTEGER
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE manifest_entries (
    content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE, idx INTEGER NOT NULL,
    blob_id TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (content_id, idx)
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX manifest_entries_by_blob ON manifest_entries(blob_id)`,
  `CREATE TABLE changes (
    seq INTEGER PRIMARY KEY, root_id INTEGER NOT NULL, node_id INTEGER NOT NULL, kind TEXT NOT NULL,
    folder INTEGER NOT NULL, path TEXT NOT NULL, parent_id INTEGER NOT NULL, ancestors TEXT NOT NULL,
    created_seq INTEGER NOT NULL
  ) STRICT`,
  `CREATE INDEX changes_by_root ON changes(root_id, seq)`,
  `CREATE INDEX changes_by_node ON changes(node_id, seq)`,
  `CREATE TABLE properties (
    node_id INTEGER NOT NULL REFERENCES nodes(id) ON DELETE CASCADE, ns TEXT NOT NULL, name TEXT NOT NULL,
    element TEXT NOT NULL, PRIMARY KEY (node_id, ns, name)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE locks (
    token TEXT PRIMARY KEY, root_id INTEGER NOT NULL,
    node_id INTEGER NOT NULL REFERENCES nodes(id) ON DELETE CASCADE,
    scope TEXT NOT NULL, depth TEXT NOT NULL, owner TEXT, user_id TEXT NOT NULL, expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE INDEX locks_by_node ON locks(node_id)`,
  `CREATE INDEX locks_by_root ON locks(root_id)`,
  `CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL, transfer TEXT NOT NULL, total_size INTEGER,
    created_at INTEGER NOT NULL, touched_at INTEGER NOT NULL, UNIQUE (user_id, transfer)
  ) STRICT`,
  `CREATE TABLE upload_chunks (
    upload_id INTEGER NOT NULL REFERENCES uploads(id) ON DELETE CASCADE, chunk INTEGER NOT NULL,
    size INTEGER NOT NULL, blob_id TEXT, stored_at INTEGER NOT NULL, inline BLOB,
    PRIMARY KEY (upload_id, chunk)
  ) STRICT`,
  `CREATE INDEX upload_chunks_by_blob ON upload_chunks(blob_id) WHERE blob_id IS NOT NULL`,
];

/** Every table of the first version. */
export const first = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
