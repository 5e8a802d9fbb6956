import { AppError } from '@holdfast/base';

/** Media type of the chunks of a file, asked for with `Accept`. */
export const chunksMediaType = 'application/vnd.holdfast.chunks';

/** A chunk as the list has it. Chunks follow one another without gaps. */
export interface ListedChunk {
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** Bytes of one entry: the size as an unsigned 32-bit number (big endian), and the SHA-256. */
export const chunkEntryBytes = 36;

/** @throws AppError `bad-request` when it is no list, or one of a content of another size. */
export function parseChunks(bytes: Uint8Array, contentSize: number): ListedChunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: ListedChunk[] = [];
  let total = 0;
  for (let at = 0; at + chunkEntryBytes <= bytes.byteLength; at += chunkEntryBytes) {
    const size = view.getUint32(at);
    if (size === 0) throw malformed();
    chunks.push({ size, sha256: hexOf(bytes, at + 4, at + chunkEntryBytes) });
    total += size;
  }
  if (bytes.byteLength % chunkEntryBytes !== 0 || total !== contentSize) throw malformed();
  return chunks;
}

/** Two digits for each byte; looked up, because a list has tens of thousands of them. */
const digits: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

function hexOf(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += digits[bytes[at] as number];
  return text;
}

function malformed(): AppError {
  return new AppError('bad-request', { message: 'The list of chunks is malformed.' });
}
