export { describeBlobStore } from './blob-store-contract.ts';
export { type BlobFault, FaultyBlobStore } from './faulty-blob-store.ts';
export { MemoryBlobStore } from './memory-blob-store.ts';
