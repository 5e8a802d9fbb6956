import type { BatchTransfers } from '@holdfast/client';
import type { Op } from '../plan/op.ts';
import { sizeOf } from './op-size.ts';

/** Larger batches bring no more speed; what one needs of memory, and what is lost with it, stays small. */
const mostFiles = 128;
const mostBytes = 2 * 1024 * 1024;

/** The operations on files: what goes in batches, and what goes for itself. */
export interface Grouped {
  readonly batches: readonly (readonly Op[])[];
  readonly singles: readonly Op[];
}

/** Puts small uploads and small downloads together, in their order, as far as the server takes them so. */
export function groupOps(ops: readonly Op[], limits: BatchTransfers | undefined): Grouped {
  if (limits === undefined) return { batches: [], singles: ops };
  const singles: Op[] = [];
  const batches: Op[][] = [];
  const filling = new Map<Op['kind'], { ops: Op[]; bytes: number }>();
  const maxFiles = Math.min(limits.maxFiles, mostFiles);
  const maxBytes = Math.min(limits.maxBytes, Math.max(mostBytes, limits.maxFileBytes));
  for (const op of ops) {
    const size = sizeOf(op);
    if (!fitsBatch(op) || size > Math.min(limits.maxFileBytes, maxBytes)) {
      singles.push(op);
      continue;
    }
    let group = filling.get(op.kind);
    if (group === undefined || group.ops.length === maxFiles || group.bytes + size > maxBytes) {
      group = { ops: [], bytes: 0 };
      filling.set(op.kind, group);
      batches.push(group.ops);
    }
    group.ops.push(op);
    group.bytes += size;
  }
  return { batches, singles };
}

/** A version that cannot be named cannot be guarded in a batch. */
function fitsBatch({ kind, item }: Op): boolean {
  if (kind === 'upload') return item.remote === undefined || item.remote.etag !== '';
  return kind === 'download' && item.remote !== undefined && item.remote.etag !== '';
}
