import { type RestoreReport, restoreStore } from '@holdfast/files';
import type { CommandContext } from '../control/dispatch.ts';
import { quietParts } from './node-parts.ts';

/**
 * Makes a new data folder out of a backup, with a new epoch.
 * @throws AppError `data-not-empty`, `backup-damaged`, `data-too-new`, `disk-full`.
 */
export async function restoreData(
  file: string,
  directory: string,
  { signal, onProgress }: CommandContext,
): Promise<RestoreReport> {
  const { random } = quietParts();
  return await restoreStore({
    ...{ file, directory, random, signal },
    onProgress: ({ bytes, blobs, totalBlobs }) =>
      onProgress({ what: 'blobs', done: blobs, total: totalBlobs, bytes }),
  });
}
