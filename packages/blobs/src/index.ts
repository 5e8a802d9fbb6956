export type { BlobDrafts, DraftStat } from './blob-drafts.ts';
export type { BlobId, BlobStat, BlobStore, ByteRange } from './blob-store.ts';
export { DiskBlobStore, type DiskBlobStoreOptions } from './disk-blob-store.ts';
export { interruptible } from './interruptible.ts';
export { syncFolder } from './sync-folder.ts';
