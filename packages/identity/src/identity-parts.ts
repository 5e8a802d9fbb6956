import type { Clock, Logger, Random } from '@holdfast/base';
import type { Db } from '@holdfast/db';
import type { BrakeLimits } from './failure-brake.ts';
import type { PasswordCost } from './password-cost.ts';

/** What identity can be told. */
export interface IdentitySettings {
  /** Whether the account password is accepted over Basic. */
  readonly passwordOverBasic: boolean;
  /** Days without use after which a device token ends; undefined for never. */
  readonly tokenIdleDays: number | undefined;
  readonly passwordCost: PasswordCost;
  readonly brake: BrakeLimits;
}

/** What identity stands on. */
export interface IdentityParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** 32 bytes, kept outside the database: without it the stored token hashes are of no use. */
  readonly pepper: Uint8Array;
  readonly settings: IdentitySettings;
}
