import type { Clock } from '@holdfast/base';

/** Somebody waits at it, for a time at most; it is rung by others. */
export class Doorbell {
  readonly #clock: Clock;
  #rung = false;
  #waiting: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#waiting?.abort();
  }

  /** Resolves when it rings, at once when it has rung since the last call, or after `ms` milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.#rung && ms > 0) {
      const waiting = new AbortController();
      this.#waiting = waiting;
      await this.#clock.sleep(ms, waiting.signal).catch((error: unknown) => {
        if (!waiting.signal.aborted) throw error;
      });
      this.#waiting = undefined;
    }
    this.#rung = false;
  }
}
