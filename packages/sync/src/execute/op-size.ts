import type { Op } from '../plan/op.ts';

/** Bytes that an operation moves or reads. */
export function sizeOf({ kind, item }: Op): number {
  if (kind === 'upload' || kind === 'hash') return item.local?.size ?? 0;
  return kind === 'download' || kind === 'compare' ? (item.remote?.size ?? 0) : 0;
}
