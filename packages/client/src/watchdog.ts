import type { Clock } from '@holdfast/base';

/** Aborts its signal when it was not calmed for a time, or when the outer signal aborts. */
export class Watchdog implements Disposable {
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #outer: AbortSignal;
  readonly #bark = new AbortController();
  readonly #over = new AbortController();
  #calmedAt: number;

  constructor(clock: Clock, ms: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#ms = ms;
    this.#outer = outer;
    this.#calmedAt = clock.monotonic();
    this.signal = this.#bark.signal;
    if (outer.aborted) this.#stop();
    outer.addEventListener('abort', this.#stop, { once: true });
    this.#watch().catch(() => {});
  }

  /** Something has come: the time begins anew. */
  calm(): void {
    this.#calmedAt = this.#clock.monotonic();
  }

  [Symbol.dispose](): void {
    this.#outer.removeEventListener('abort', this.#stop);
    this.#over.abort();
  }

  async #watch(): Promise<void> {
    for (;;) {
      const left = this.#calmedAt + this.#ms - this.#clock.monotonic();
      if (left <= 0) break;
      await this.#clock.sleep(left, this.#over.signal);
    }
    this.#bark.abort(new Error('nothing came for too long'));
  }

  readonly #stop = (): void => {
    this.#bark.abort(this.#outer.reason);
  };
}
