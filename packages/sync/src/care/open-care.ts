import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type Clock, isAppError } from '@holdfast/base';
import type { Remote } from '@holdfast/client';
import type { Folder } from '@holdfast/localfs';
import { createChoices } from '../choice/pair-choices.ts';
import { Journal } from '../journal/journal.ts';
import type { CareParts } from './care-parts.ts';
import { createCare } from './create-care.ts';
import { followCopies } from './follow-copies.ts';
import type { PairCare } from './pair-care.ts';
import { takeTurns } from './take-turns.ts';

/** A pair of which no engine is running. */
export interface CarePair {
  readonly stateDir: string;
  readonly folder: Folder;
  readonly clock: Clock;
  /** For what the server has to be asked; only its answers count. */
  readonly remote?: Remote;
}

/** Care of a pair without a server. Holds the journal's lock until it is closed. */
export interface OpenedCare extends AsyncDisposable {
  readonly care: PairCare;
}

/**
 * Opens the journal of a pair that was synced before, for questions and decisions.
 * @throws AppError `data-missing` when it was never synced; `data-in-use` when an engine has it; `store-damaged`.
 */
export async function openCare({ stateDir, folder, clock, remote }: CarePair): Promise<OpenedCare> {
  if (!existsSync(join(stateDir, 'journal.db'))) {
    throw new AppError('data-missing', { message: 'This folder has not been synced yet.' });
  }
  const journal = Journal.open(stateDir);
  const { alone, idle } = takeTurns();
  const parts: CareParts = { journal, folder, clock, alone, changed: () => {}, unsettled: () => false };
  try {
    await followCopies(parts);
  } catch (error) {
    // Questions can be answered without the folder.
    if (!isAppError(error)) {
      journal.close();
      throw error;
    }
  }
  return {
    care: createCare(parts, createChoices({ ...parts, remote, trees: () => journal.load().trees })),
    async [Symbol.asyncDispose]() {
      await idle();
      journal.close();
    },
  };
}
