import type { Dice } from './dice.ts';
import type { SimProcess } from './sim-process.ts';
import type { Trace } from './trace.ts';

interface Waiting {
  readonly process: SimProcess | undefined;
  readonly label: string;
  readonly go: () => void;
  readonly fail: (error: unknown) => void;
}

interface Sleeping extends Waiting {
  readonly until: number;
}

/** So often the event loop may turn with nothing to do before a world counts as stuck. */
const patience = 2000;

/**
 * Decides what goes on next. Whatever waits in a simulated world waits here, for its turn or for a time; nothing else
 * goes on at the same moment, so that the order is that of the dice and of nothing else.
 */
export class Scheduler {
  /** Virtual milliseconds since 1970. */
  now = 1_780_000_000_000;
  steps = 0;
  /** Called before every step. */
  onStep: () => void | Promise<void> = () => {};
  readonly #dice: Dice;
  readonly #trace: Trace;
  #waiting: Waiting[] = [];
  #sleeping: Sleeping[] = [];
  #busy = 0;

  constructor(dice: Dice, trace: Trace) {
    this.#dice = dice;
    this.#trace = trace;
  }

  /** Waits for its turn. @throws Killed when the process ends first. */
  turn(process: SimProcess | undefined, label: string): Promise<void> {
    process?.requireAlive();
    return new Promise((go, fail) => this.#waiting.push({ process, label, go, fail }));
  }

  /** Waits for virtual milliseconds. @throws Killed; the reason of the signal. */
  sleep(process: SimProcess | undefined, ms: number, signal?: AbortSignal): Promise<void> {
    process?.requireAlive();
    signal?.throwIfAborted();
    return new Promise((go, fail) => {
      const one = { process, label: 'sleep', until: this.now + Math.ceil(ms), go, fail };
      this.#sleeping.push(one);
      signal?.addEventListener('abort', () => {
        const at = this.#sleeping.indexOf(one);
        if (at >= 0) this.#sleeping.splice(at, 1);
        fail(signal.reason);
      });
    });
  }

  /** Work that the dice have no part in: nothing else goes on until it is done. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    this.#busy += 1;
    try {
      return await work();
    } finally {
      this.#busy -= 1;
    }
  }

  /** Nothing that `process` waits for comes any more. */
  abandon(process: SimProcess, error: unknown): void {
    const mine = [...this.#waiting, ...this.#sleeping].filter((one) => one.process === process);
    this.#waiting = this.#waiting.filter((one) => one.process !== process);
    this.#sleeping = this.#sleeping.filter((one) => one.process !== process);
    for (const one of mine) one.fail(error);
  }

  /** Lets the world go on until `main` is settled. @throws what it throws; Error when nothing goes on any more. */
  async run<T>(main: Promise<T>): Promise<T> {
    let settled = false;
    const end = () => {
      settled = true;
    };
    main.then(end, end);
    let idle = 0;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) return await main;
      if (this.#busy > 0) continue;
      const moved = await this.#step();
      idle = moved ? 0 : idle + 1;
      if (idle > patience) throw new Error('the world is stuck');
    }
  }

  async #step(): Promise<boolean> {
    if (this.#waiting.length === 0 && this.#sleeping.length === 0) return false;
    this.steps += 1;
    await this.onStep();
    this.now += this.#dice.below(12);
    this.#wakeDue();
    const at = this.#dice.below(this.#waiting.length);
    const [next] = this.#waiting.splice(at, 1);
    if (next === undefined) {
      this.#skipAhead();
      return true;
    }
    this.#trace.add(`${this.steps} ${next.label}`);
    next.go();
    return true;
  }

  #wakeDue(): void {
    const due = this.#sleeping.filter((one) => one.until <= this.now);
    if (due.length === 0) return;
    this.#sleeping = this.#sleeping.filter((one) => one.until > this.now);
    this.#waiting.push(...due);
  }

  #skipAhead(): void {
    const next = Math.min(...this.#sleeping.map((one) => one.until));
    if (Number.isFinite(next)) this.now = Math.max(this.now, next);
    this.#wakeDue();
  }
}
