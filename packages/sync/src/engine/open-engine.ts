import { AppError } from '@holdfast/base';
import type { RunOptions, SyncEngine, SyncPair } from './options.ts';
import type { RunReport } from './report.ts';

/**
 * Opens the journal of a pair and takes its lock.
 * @throws AppError `data-in-use` when another engine has it.
 */
export async function openEngine(_pair: SyncPair): Promise<SyncEngine> {
  throw new AppError('unavailable');
}

/** Opens, runs once and closes. @throws AppError as `openEngine`. */
export async function syncOnce(pair: SyncPair & RunOptions): Promise<RunReport> {
  await using engine = await openEngine(pair);
  return await engine.run(pair);
}
