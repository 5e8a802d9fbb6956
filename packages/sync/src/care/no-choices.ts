import { AppError } from '@holdfast/base';
import type { PairChoices } from './care-parts.ts';

/** A pair of which everything is wanted here. */
export const noChoices: PairChoices = {
  keepThere: () => Promise.reject(new AppError('not-supported')),
  keepHere: () => Promise.resolve(),
  there: () => [],
};
