import { AppError } from '@holdfast/base';

/**
 * The number of a chunk. Two families of names are in use: 1 to 10000 with up to 6 digits (chunking v2), and 16
 * digits that count chunks from 0 or give the byte offset (earlier clients). Either way the number gives the order.
 * @throws AppError `bad-value`.
 */
export function parseChunkName(name: string): number {
  if (/^\d{16}$/.test(name) && Number.isSafeInteger(Number(name))) return Number(name);
  if (/^\d{1,6}$/.test(name)) {
    const chunk = Number(name);
    if (chunk >= 1 && chunk <= 10_000) return chunk;
  }
  throw new AppError('bad-value', { message: 'A chunk is named by its number, from 1 to 10000.' });
}

/**
 * The names of the chunks of one upload, in the family they were sent in: only the 16 digit names have a 0 or go
 * beyond 10000. Clients that resume read the numbers and delete by name.
 */
export function formatChunkNames(chunks: readonly number[]): string[] {
  const width = chunks.some((chunk) => chunk === 0 || chunk > 10_000) ? 16 : 5;
  return chunks.map((chunk) => String(chunk).padStart(width, '0'));
}
