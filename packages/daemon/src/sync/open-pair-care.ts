import { join } from 'node:path';
import type { Clock, Random } from '@holdfast/base';
import { openFolder } from '@holdfast/localfs';
import { type OpenedCare, openCare } from '@holdfast/sync';

/** A pair that was synced before. */
export interface SyncedPair {
  readonly local: string;
  readonly stateDir: string;
  readonly links: boolean;
}

/**
 * Opens what people ask about a pair, without a server. Holds the lock of its journal until it is closed.
 * @throws AppError `data-missing`, `data-in-use`, `folder-missing`, `store-damaged`.
 */
export async function openPairCare(
  { local, stateDir, links }: SyncedPair,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): Promise<OpenedCare> {
  const folder = await openFolder({
    root: local,
    historyDir: join(stateDir, 'history'),
    clock,
    random,
    links,
  });
  return await openCare({ stateDir, folder, clock });
}
