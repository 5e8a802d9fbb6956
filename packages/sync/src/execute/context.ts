import type { Clock } from '@holdfast/base';
import type { Remote } from '@holdfast/client';
import type { Folder } from '@holdfast/localfs';
import type { Intent } from '../journal/intent.ts';
import type { Op } from '../plan/op.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import type { Item } from '../trees/item.ts';
import type { Trees } from '../trees/trees.ts';
import type { AgreedFiles } from './agreed-files.ts';
import type { ChunkLists } from './chunk-lists.ts';

/** What carrying out one operation needs. */
export interface ExecuteContext {
  readonly trees: Trees;
  readonly folder: Folder;
  readonly remote: Remote;
  readonly clock: Clock;
  readonly policy: PlanPolicy;
  /** Where the bytes of new files may be already. */
  readonly agreed: AgreedFiles;
  /** What large files on the server are made of. */
  readonly lists: ChunkLists;
  readonly signal: AbortSignal;
  /** Writes down what is about to take effect, in one piece; has to be called before anybody can see the effect. */
  readonly intend: (...intents: readonly Intent[]) => void;
  /** Called with bytes that have gone over the wire. */
  readonly onBytes: (direction: 'up' | 'down', bytes: number) => void;
  /** Called with the version that is kept of the local file which an operation on `item` replaces or removes. */
  readonly onKept: (item: Item, id: string) => void;
}

/** What has become of an operation: done, with an item that it has made, or not. */
export type Outcome = { readonly made: Item | undefined } | { readonly error: unknown };

/** Told once for each operation of a group, as soon as its outcome is known and recorded. */
export type Settle = (op: Op, outcome: Outcome) => void;
