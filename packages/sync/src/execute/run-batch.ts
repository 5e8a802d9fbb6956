import type { BatchTransfers } from '@holdfast/client';
import type { Op } from '../plan/op.ts';
import { groupOps } from './group-ops.ts';
import { sizeOf } from './op-size.ts';
import { sideBySide } from './side-by-side.ts';

/** Files above this many bytes count as large. */
const largeFile = 4 * 1024 * 1024;
/** So many wait for the disks of both sides together: one sync of a disk serves all that wait for it. */
const manySmall = 16;
const fewLarge = 2;
/** While one is on the disk here, the next one is on the wire, and another one on the disk there. */
const fewBatches = 3;

/** Carries out some operations and returns those that are done. Rejects only when the whole run has to stop. */
export type Attempt = (group: readonly Op[]) => Promise<readonly Op[]>;

/** What `runBatch` works with. */
export interface BatchOptions {
  readonly attempt: Attempt;
  readonly stopped: () => boolean;
  /** How small files go together; undefined where each goes for itself. */
  readonly limits: BatchTransfers | undefined;
}

/**
 * Carries out a plan: moves one after the other, then folders, then files side by side, deletes last, everything
 * after what it needs. What needs something that was not done is left out. Ends early once `stopped` says so.
 */
export async function runBatch(
  ops: readonly Op[],
  { attempt, stopped, limits }: BatchOptions,
): Promise<void> {
  const done = new Set<Op>();
  const runAll = async (group: readonly Op[]): Promise<void> => {
    const due = stopped() ? [] : group.filter((op) => op.needs.every((need) => done.has(need)));
    if (due.length > 0) for (const op of await attempt(due)) done.add(op);
  };
  const run = (op: Op): Promise<void> => runAll([op]);
  const structure = ops.filter((op) => phaseOf(op) === 'structure');
  for (let left = structure; left.length > 0; ) {
    const waiting = new Set<Op>(left);
    const ready = left.filter((op) => !op.needs.some((need) => waiting.has(need)));
    for (const op of ready) if (op.kind !== 'mkdir') await run(op);
    await sideBySide(
      ready.filter((op) => op.kind === 'mkdir'),
      manySmall,
      run,
    );
    const tried = new Set(ready);
    left = left.filter((op) => !tried.has(op));
  }
  const { batches, singles: files } = groupOps(
    ops.filter((op) => phaseOf(op) === 'files'),
    limits,
  );
  const settled = await Promise.allSettled([
    sideBySide(batches, fewBatches, runAll),
    sideBySide(
      files.filter((op) => sizeOf(op) <= largeFile),
      manySmall,
      run,
    ),
    sideBySide(
      files.filter((op) => sizeOf(op) > largeFile),
      fewLarge,
      run,
    ),
  ]);
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  // The plan lists what is in a folder before the folder.
  const deletes = ops.filter((op) => op.kind === 'delete');
  await sideBySide(
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
