import { AppError, type Clock } from '@holdfast/base';

/** How many failures are forgiven, and for how long one counts. */
export interface BrakeLimits {
  readonly failures: number;
  readonly windowMs: number;
  /** Keys that are remembered; the one quiet for longest is forgotten first. */
  readonly keys: number;
}

/** What holds when nothing is said. */
export const defaultBrakeLimits: BrakeLimits = { failures: 10, windowMs: 60_000, keys: 10_000 };

/** Slows guessing down: counts failures by key in fixed windows, in bounded memory. */
export class FailureBrake {
  readonly #clock: Clock;
  readonly #limits: BrakeLimits;
  readonly #counts = new Map<string, { since: number; failures: number }>();

  constructor(clock: Clock, limits: BrakeLimits = defaultBrakeLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** @throws AppError `too-many-requests` with `details.retryAfterSeconds` while there were too many failures. */
  check(key: string): void {
    const count = this.#counts.get(key);
    if (!count || count.failures < this.#limits.failures) return;
    const left = count.since + this.#limits.windowMs - this.#clock.monotonic();
    if (left <= 0) this.#counts.delete(key);
    else throw new AppError('too-many-requests', { retryAfterSeconds: Math.ceil(left / 1000) });
  }

  failed(key: string): void {
    const now = this.#clock.monotonic();
    const count = this.#counts.get(key);
    const current = count && now - count.since < this.#limits.windowMs ? count : { since: now, failures: 0 };
    current.failures++;
    this.#counts.delete(key);
    this.#counts.set(key, current);
    if (this.#counts.size <= this.#limits.keys) return;
    const oldest = this.#counts.keys().next();
    if (!oldest.done) this.#counts.delete(oldest.value);
  }

  succeeded(key: string): void {
    this.#counts.delete(key);
  }
}
