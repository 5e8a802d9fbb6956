import type { OpenedFile } from '../files.ts';

/** A body in chunks of `size` bytes. */
export async function* bodyOf(bytes: string | Uint8Array, size = 65_536): AsyncGenerator<Uint8Array> {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  for (let at = 0; at < all.byteLength; at += size) yield all.subarray(at, at + size);
}

/** Repeatable bytes that do not compress to nothing. */
export function pattern(length: number, salt = 0): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => ((i + salt) * 7919) >>> 3));
}

/** All bytes of an opened file. */
export async function bytesOf(opened: OpenedFile): Promise<Buffer> {
  return Buffer.isBuffer(opened.body) ? opened.body : Buffer.concat(await opened.body.toArray());
}
