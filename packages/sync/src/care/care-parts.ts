import type { Clock } from '@holdfast/base';
import type { Folder } from '@holdfast/localfs';
import type { Journal } from '../journal/journal.ts';
import type { PairCare } from './pair-care.ts';

/** What people choose about a pair. */
export type PairChoices = Pick<PairCare, 'keepThere' | 'keepHere' | 'there'>;

/** What the answers and decisions of a person work with. */
export interface CareParts {
  readonly journal: Journal;
  readonly folder: Folder;
  readonly clock: Clock;
  /** Carries out `work` when no run is under way and nothing else of this kind; runs wait for it. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** Called when something was changed here that the next run has to carry over. */
  readonly changed: () => void;
  /** Whether a run is under way, or something was seen to change since the last one. */
  readonly unsettled: () => boolean;
}
