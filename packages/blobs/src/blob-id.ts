import type { Brand } from '@holdfast/base';

/** SHA-256 of a blob's bytes, 64 lower-case hexadecimal digits. */
export type BlobId = Brand<string, 'BlobId'>;
