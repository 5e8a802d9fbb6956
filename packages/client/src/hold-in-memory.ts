import { AppError } from '@holdfast/base';
import { joinBytes } from './join-bytes.ts';
import type { UploadOptions, UploadSource } from './remote.ts';
import { sha256Of } from './sha256-of.ts';

/** Up to so many bytes a checksum is made before the bytes are sent. */
export const checkedUpTo = 1024 * 1024;

/** A source whose bytes are at hand, and their SHA-1 for servers that compare no other checksum. */
export interface HeldSource extends UploadSource {
  readonly sha1: string;
}

/**
 * Reads a source once and holds it.
 * @throws AppError `target-changed` when it is not as announced; what the source throws.
 */
export async function inMemory(source: UploadSource, options: UploadOptions): Promise<HeldSource> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open()) {
    options.signal?.throwIfAborted();
    chunks.push(chunk);
  }
  const bytes = joinBytes(chunks);
  const sha256 = await sha256Of(bytes);
  if (bytes.byteLength !== source.size || sha256 !== (options.sha256 ?? sha256)) {
    throw new AppError('target-changed', { message: 'The file changed while it was being sent.' });
  }
  return {
    size: bytes.byteLength,
    sha256: () => sha256,
    sha1: hexOf(new Uint8Array(await crypto.subtle.digest('SHA-1', bytes))),
    async *open(range) {
      yield range ? bytes.subarray(range.start, range.end + 1) : bytes;
    },
  };
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
