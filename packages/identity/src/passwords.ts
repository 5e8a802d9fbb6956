import { AppError, type Random } from '@holdfast/base';
import { BoundedQueue } from './bounded-queue.ts';
import type { PasswordCost } from './password-cost.ts';
import { decoyHash, hashPassword, isCheaper, verifyPassword } from './password-hash.ts';
import { isTokenShaped } from './token-lookup.ts';

const shortest = 8;
/** Also the longest secret that is looked at when somebody signs in. */
export const longestPassword = 1_024;

/** Hashes and checks passwords, at most two at a time so that signing in cannot take all memory and cores. */
export class Passwords {
  readonly #queue = new BoundedQueue({ atOnce: 2, waiting: 64 });
  readonly #cost: PasswordCost;
  readonly #random: Random;

  constructor(cost: PasswordCost, random: Random) {
    this.#cost = cost;
    this.#random = random;
  }

  /** @throws AppError `weak-password`, `bad-value`, `too-many-requests`. */
  async hash(password: string): Promise<string> {
    if (password.length > longestPassword) {
      throw new AppError('bad-value', { message: `A password has at most ${longestPassword} characters.` });
    }
    if ([...password.normalize('NFC')].length < shortest) {
      throw new AppError('weak-password', {
        message: `Choose a password of at least ${shortest} characters.`,
      });
    }
    if (isTokenShaped(password)) {
      throw new AppError('bad-value', { message: 'A password may not look like an app token.' });
    }
    return await this.#queue.run(() => hashPassword(password, this.#cost, this.#random));
  }

  /** Does the same work when there is no hash to compare with. @throws AppError `too-many-requests`. */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    const fits = await this.#queue.run(() => verifyPassword(password, hash ?? decoyHash(this.#cost)));
    return fits && hash !== undefined;
  }

  /** A new hash where the old one was made for less than now; undefined where it will do. */
  async renew(password: string, hash: string): Promise<string | undefined> {
    if (!isCheaper(hash, this.#cost)) return undefined;
    return await this.#queue.run(() => hashPassword(password, this.#cost, this.#random));
  }
}
