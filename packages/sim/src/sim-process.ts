import type { Clock } from '@holdfast/base';
import type { Scheduler } from './scheduler.ts';

/** What every call of a killed process ends with. */
export class Killed extends Error {
  constructor() {
    super('killed');
  }
}

/** One life of a client, from its start to its end or to a kill. */
export class SimProcess {
  readonly name: string;
  alive = true;

  constructor(name: string) {
    this.name = name;
  }

  /** @throws Killed. */
  requireAlive(): void {
    if (!this.alive) throw new Killed();
  }
}

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
