import { AppError } from '@holdfast/base';
import type { ByteRange } from './blob-store.ts';

/**
 * The part of `range` that lies within `size` bytes.
 * @throws AppError `range-unsatisfiable` when nothing does.
 */
export function clipRange(range: ByteRange, size: number): ByteRange {
  const { start, end } = range;
  if (!Number.isSafeInteger(start) || start < 0 || start >= size || end < start) {
    throw new AppError('range-unsatisfiable', { start, end, size });
  }
  return { start, end: Math.min(end, size - 1) };
}
