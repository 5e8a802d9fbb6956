import type { Clock } from '@holdfast/base';
import type { Remote } from '@holdfast/client';
import type { Folder } from '@holdfast/localfs';
import type { Intent } from '../journal/intent.ts';
import type { PlanPolicy } from '../plan/policy.ts';
import type { Trees } from '../trees/trees.ts';

/** What carrying out one operation needs. */
export interface ExecuteContext {
  readonly trees: Trees;
  readonly folder: Folder;
  readonly remote: Remote;
  readonly clock: Clock;
  readonly policy: PlanPolicy;
  readonly signal: AbortSignal;
  /** Writes down what is about to take effect; has to be called before anybody can see the effect. */
  readonly intend: (intent: Intent) => void;
  /** Called with bytes that have gone over the wire. */
  readonly onBytes: (direction: 'up' | 'down', bytes: number) => void;
}
