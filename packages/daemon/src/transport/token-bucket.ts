import type { Clock } from '@holdfast/base';

/** How much may pass at once after a pause, in milliseconds of the rate. */
const burstMs = 250;
/** A new rate is noticed within this time, in milliseconds. */
const longestSleep = 250;

/**
 * Lets bytes pass at a rate, over all who share it. The rate is asked for at every step, so that it may change at
 * any time; undefined means that nothing is held back.
 */
export class TokenBucket {
  readonly #rate: () => number | undefined;
  readonly #clock: Clock;
  /** Bytes that may pass now; less than nothing after more than that have. */
  #balance = 0;
  #filledAt: number;

  constructor(rate: () => number | undefined, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#filledAt = clock.monotonic();
  }

  /** Nothing is held back at the moment. */
  get open(): boolean {
    return this.#rate() === undefined;
  }

  /** Resolves when `bytes` may pass. Give small pieces: a piece passes whole once anything may. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const wanted = this.#rate();
      if (wanted === undefined) {
        this.#balance = 0;
        return;
      }
      const rate = Math.max(wanted, 1);
      this.#fill(rate);
      if (this.#balance > 0) {
        this.#balance -= bytes;
        return;
      }
      const needed = ((1 - this.#balance) / rate) * 1000;
      await this.#clock.sleep(Math.min(Math.ceil(needed), longestSleep), signal);
    }
  }

  #fill(rate: number): void {
    const now = this.#clock.monotonic();
    const earned = ((now - this.#filledAt) / 1000) * rate;
    this.#filledAt = now;
    this.#balance = Math.min(this.#balance + earned, Math.max((rate * burstMs) / 1000, 1));
  }
}
