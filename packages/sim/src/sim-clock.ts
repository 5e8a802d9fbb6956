import type { Clock } from '@holdfast/base';
import type { Scheduler } from './scheduler.ts';
import type { SimProcess } from './sim-process.ts';

/** The clock of one computer: virtual, and as wrong as `skew` says. */
export class SimClock implements Clock {
  /** Milliseconds before (or behind) the time of the world; may jump. */
  skew: number;
  process: SimProcess | undefined;
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler, skew: number) {
    this.#scheduler = scheduler;
    this.skew = skew;
  }

  now(): number {
    return this.#scheduler.now + this.skew;
  }

  monotonic(): number {
    return this.#scheduler.now - 1_780_000_000_000;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#scheduler.sleep(this.process, ms, signal);
  }
}
