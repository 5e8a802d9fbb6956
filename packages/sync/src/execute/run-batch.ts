import type { Op } from '../plan/op.ts';

/** Files above this many bytes count as large. */
const largeFile = 4 * 1024 * 1024;
/** So many wait for the disks of both sides together: one sync of a disk serves all that wait for it. */
const manySmall = 16;
const fewLarge = 2;

/** Carries out one operation and tells whether it is done. Rejects only when the whole run has to stop. */
export type Attempt = (op: Op) => Promise<boolean>;

/**
 * Carries out a plan: moves one after the other, then folders, then files side by side, deletes last, everything
 * after what it needs. What needs something that was not done is left out. Ends early once `stopped` says so.
 */
export async function runBatch(ops: readonly Op[], attempt: Attempt, stopped: () => boolean): Promise<void> {
  const done = new Set<Op>();
  const run = async (op: Op): Promise<void> => {
    if (!stopped() && op.needs.every((need) => done.has(need)) && (await attempt(op))) done.add(op);
  };
  const structure = ops.filter((op) => phaseOf(op) === 'structure');
  for (let left = structure; left.length > 0; ) {
    const waiting = new Set<Op>(left);
    const ready = left.filter((op) => !op.needs.some((need) => waiting.has(need)));
    for (const op of ready) if (op.kind !== 'mkdir') await run(op);
    await pool(
      ready.filter((op) => op.kind === 'mkdir'),
      manySmall,
      run,
    );
    const tried = new Set(ready);
    left = left.filter((op) => !tried.has(op));
  }
  const files = ops.filter((op) => phaseOf(op) === 'files');
  const settled = await Promise.allSettled([
    pool(
      files.filter((op) => sizeOf(op) <= largeFile),
      manySmall,
      run,
    ),
    pool(
      files.filter((op) => sizeOf(op) > largeFile),
      fewLarge,
      run,
    ),
  ]);
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  // The plan lists what is in a folder before the folder.
  const deletes = ops.filter((op) => op.kind === 'delete');
  await pool(
    deletes.filter((op) => !op.item.folder),
    manySmall,
    run,
  );
  for (const op of deletes) if (op.item.folder) await run(op);
}

function phaseOf(op: Op): 'structure' | 'files' | 'delete' {
  if (op.kind === 'delete') return 'delete';
  const isStructure =
    op.kind === 'move' ||
    op.kind === 'mkdir' ||
    op.kind === 'set-aside' ||
    op.kind === 'adopt' ||
    op.kind === 'forget';
  return isStructure ? 'structure' : 'files';
}

/** Bytes that an operation moves or reads. */
export function sizeOf({ kind, item }: Op): number {
  if (kind === 'upload' || kind === 'hash') return item.local?.size ?? 0;
  return kind === 'download' || kind === 'compare' ? (item.remote?.size ?? 0) : 0;
}

/** Runs `work` on all items, at most `width` at a time; waits for all that were begun, then rejects with the first error. */
async function pool<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (failed !== undefined) return;
      try {
        await work(item);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failed !== undefined) throw failed.error;
}
