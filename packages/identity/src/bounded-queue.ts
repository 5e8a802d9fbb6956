import { AppError } from '@holdfast/base';

/** Runs at most `atOnce` tasks at a time and keeps at most `waiting` more; the rest is refused. */
export class BoundedQueue {
  readonly #atOnce: number;
  readonly #waiting: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(limits: { atOnce: number; waiting: number }) {
    this.#atOnce = limits.atOnce;
    this.#waiting = limits.waiting;
  }

  /** @throws AppError `too-many-requests` at once when the queue is full; what the task throws. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) {
      if (this.#queue.length >= this.#waiting) {
        throw new AppError('too-many-requests', { retryAfterSeconds: 2 });
      }
      // Whoever ends hands its place over, so the count stays as it is.
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await task();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
