import type { Clock, Random } from '@holdfast/base';
import type { BlobStore } from '@holdfast/blobs';
import type { Db } from '@holdfast/db';
import type { ContentCutter } from './content-cutter.ts';
import type { FilesLimits } from './limits.ts';

/** What the operations on the tree work with. */
export interface Parts {
  readonly db: Db;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: FilesLimits;
  readonly cutter: ContentCutter;
  readonly identity: { readonly instanceId: string; readonly epoch: string };
}
