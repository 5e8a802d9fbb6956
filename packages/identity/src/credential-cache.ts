import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { Clock, Random } from '@holdfast/base';
import type { Principal } from './identity.ts';
import type { TokenRow } from './token-row.ts';

/** A credential that was found good, and what has to stay as it is for it to stay good. */
export interface VerifiedCredential {
  readonly principal: Principal;
  /** The stored hash that the password fitted; undefined for a token. */
  readonly passwordHash: string | undefined;
  /** The token's row; undefined for a password. */
  readonly token: TokenRow | undefined;
}

interface Entry {
  readonly credential: VerifiedCredential;
  readonly verifiedAt: number;
  /** When the rows behind it were last read. */
  readAt: number;
  generation: number;
}

/** Times in milliseconds. */
export interface CacheLimits {
  readonly entries: number;
  /** How long an entry is believed without a look at the rows: bounds what another process may change unseen. */
  readonly freshMs: number;
  /** How long a password is believed to fit an unchanged hash. */
  readonly verifiedMs: number;
}

/** What holds when nothing is said. */
export const defaultCacheLimits: CacheLimits = { entries: 1_000, freshMs: 2_000, verifiedMs: 600_000 };

/**
 * Remembers credentials that were found good, by a keyed hash of the whole credential under a key that only
 * this process knows. Failures are never remembered.
 */
export class CredentialCache {
  readonly #clock: Clock;
  readonly #limits: CacheLimits;
  readonly #key: KeyObject;
  readonly #entries = new Map<string, Entry>();
  #generation = 0;

  constructor(parts: { clock: Clock; random: Random }, limits: CacheLimits = defaultCacheLimits) {
    this.#clock = parts.clock;
    this.#limits = limits;
    this.#key = createSecretKey(parts.random.bytes(32));
  }

  /** Rises with every change of an account or token: compare before and after to know whether one came between. */
  get generation(): number {
    return this.#generation;
  }

  /** The name a credential has in this cache. */
  keyOf(name: string, secret: string): string {
    return createHmac('sha256', this.#key).update(`${name.length}:${name}${secret}`).digest('base64');
  }

  /** What is known; `fresh` when it may be used without looking at the rows. */
  find(key: string): { credential: VerifiedCredential; fresh: boolean } | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const now = this.#clock.monotonic();
    if (now - entry.verifiedAt >= this.#limits.verifiedMs) {
      this.#entries.delete(key);
      return undefined;
    }
    const fresh = entry.generation === this.#generation && now - entry.readAt < this.#limits.freshMs;
    return { credential: entry.credential, fresh };
  }

  /**
   * Remembers a credential whose rows were read in `generation`; not when something changed since. `renewed`
   * says that only its rows were looked at, so that its lifetime goes on from where it began.
   */
  keep(key: string, credential: VerifiedCredential, generation: number, renewed = false): void {
    if (generation !== this.#generation) return;
    const now = this.#clock.monotonic();
    const before = this.#entries.get(key);
    const verifiedAt = renewed && before ? before.verifiedAt : now;
    this.#entries.delete(key);
    this.#entries.set(key, { credential, verifiedAt, readAt: now, generation });
    if (this.#entries.size <= this.#limits.entries) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** From now on every entry has to look at its rows again. */
  changed(): void {
    this.#generation++;
  }
}
