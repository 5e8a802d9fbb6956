export type { BlobId, BlobStat, BlobStore, ByteRange } from './blob-store.ts';
