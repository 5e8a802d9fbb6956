import type { Generated, Selectable } from 'kysely';

/** SQLite has no boolean: 0 or 1. */
export type Flag = 0 | 1;

/** Facts about the whole store: `instance_id`, `epoch`. */
export interface MetaTable {
  key: string;
  value: string;
}

/** Accounts. */
export interface UsersTable {
  id: string;
  display_name: string;
  password_hash: string;
  admin: Flag;
  disabled: Flag;
  /** Bytes; null for no limit. */
  quota: number | null;
  /** Rises when the account's credentials change; tokens remember the value they were made under. */
  auth_epoch: Generated<number>;
  /** Milliseconds since 1970, as all `_at` columns. */
  created_at: number;
}

/** App tokens; the secret itself is never stored. */
export interface TokensTable {
  id: string;
  /** Keyed hash of the secret. */
  lookup: string;
  user_id: string;
  name: string;
  kind: string;
  /** JSON array of scope names. */
  scopes: string;
  /** JSON array of node ids, or null for no limit. */
  within: string | null;
  auth_epoch: Generated<number>;
  created_at: number;
  last_used_at: number | null;
  last_address: string | null;
  last_user_agent: string | null;
  expires_at: number | null;
  idle_days: number | null;
  /** `active`, `revoked` or `wipe`. */
  state: Generated<string>;
}

/** Where each account's tree begins. */
export interface RootsTable {
  user_id: string;
  node_id: number;
  /** Bytes; counts only while there is no row in `users`. */
  quota: number | null;
}

/** One row: the last number of the change sequence that was given out. */
export interface FeedTable {
  id: Generated<number>;
  seq: number;
}

/** Files and folders. */
export interface NodesTable {
  id: Generated<number>;
  /** Node id of the root of the tree; a root names itself. */
  root_id: number;
  parent_id: number | null;
  /** As it was sent. */
  name: string;
  /** `name` in Unicode NFC: unique in a folder. */
  name_key: string;
  folder: Flag;
  /** Bytes; of a folder, of everything below. */
  size: number;
  mtime_s: number;
  mtime_ns: number;
  created_at: number;
  content_id: number | null;
  /** `SHA256:… SHA1:…`, copied from the content so that a listing reads one table. */
  checksums: string;
  /** What the etag is made of: of a file, when its content changed; of a folder, when anything below did. */
  etag_seq: number;
  /** When the node itself last changed in a way the change feed reports. Unique. */
  changed_seq: number;
  created_seq: number;
  executable: Flag;
  favorite: Flag;
  /** A symbolic link; the content is its target. */
  link: Generated<Flag>;
}

/** Immutable content of files; several nodes may share one. */
export interface ContentsTable {
  id: Generated<number>;
  size: number;
  sha256: string;
  checksums: string;
  /** The bytes of small content; null where `manifest_entries` has them. */
  inline: Uint8Array | null;
  /** 1 once a check has found that the bytes are missing or wrong. */
  damaged: Generated<Flag>;
}

/** The blobs, or parts of blobs, a content is made of, in order of `idx`. */
export interface ManifestEntriesTable {
  content_id: number;
  idx: number;
  blob_id: string;
  /** Bytes of the part. */
  size: number;
  /** Where in the blob the part begins. */
  blob_offset: Generated<number>;
  /** Bytes of the whole blob. */
  blob_size: number;
}

/** Where a content is cut by what is in it (`ChunkCutter`); made when it is asked for, or beforehand in quiet times. */
export interface ContentChunksTable {
  content_id: number;
  /** As `formatChunks` writes them. */
  chunks: Uint8Array;
}

/** Departures: nodes that were removed, or moved away from where they were. */
export interface ChangesTable {
  seq: number;
  root_id: number;
  node_id: number;
  kind: 'removed' | 'moved';
  folder: Flag;
  /** Where it was. */
  path: string;
  parent_id: number;
  /** Ids of the folders it was in, root first: `/1/17/`. */
  ancestors: string;
  created_seq: number;
}

/** Dead properties. */
export interface PropertiesTable {
  node_id: number;
  ns: string;
  name: string;
  /** JSON of the element. */
  element: string;
}

/** Write locks. */
export interface LocksTable {
  token: string;
  root_id: number;
  node_id: number;
  scope: 'exclusive' | 'shared';
  depth: '0' | 'infinity';
  /** JSON of the owner element, or null. */
  owner: string | null;
  user_id: string;
  expires_at: number;
}

/** Chunked uploads in progress. */
export interface UploadsTable {
  id: Generated<number>;
  user_id: string;
  transfer: string;
  total_size: number | null;
  created_at: number;
  touched_at: number;
}

/** Chunks that have arrived. */
export interface UploadChunksTable {
  upload_id: number;
  chunk: number;
  size: number;
  blob_id: string | null;
  inline: Uint8Array | null;
  stored_at: number;
}

/** All tables. docs/formats/database.md says what they mean. */
export interface Schema {
  meta: MetaTable;
  users: UsersTable;
  tokens: TokensTable;
  roots: RootsTable;
  feed: FeedTable;
  nodes: NodesTable;
  contents: ContentsTable;
  manifest_entries: ManifestEntriesTable;
  content_chunks: ContentChunksTable;
  changes: ChangesTable;
  properties: PropertiesTable;
  locks: LocksTable;
  uploads: UploadsTable;
  upload_chunks: UploadChunksTable;
}

/** A row of `nodes` as it is read. */
export type NodeRow = Selectable<NodesTable>;
/** A row of `locks` as it is read. */
export type LockRow = Selectable<LocksTable>;
