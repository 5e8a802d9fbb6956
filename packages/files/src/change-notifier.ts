import type { Clock } from '@holdfast/base';

/** Called with the user whose tree has changed; soon after the change, once for many. */
export type ChangeListener = (userId: string) => void;

/** Times in milliseconds. */
export interface NotifierDelays {
  /** From a change to the call: what belongs together is mostly done by then. */
  readonly first: number;
  /** Between two calls while changes keep coming; reached by doubling. */
  readonly longest: number;
}

/** Quick enough to seem immediate, and seldom enough for listeners that look at the tree each time. */
export const defaultDelays: NotifierDelays = { first: 30, longest: 1_000 };

/**
 * Tells listeners whose tree has changed, after the commit. What changed is left to the change feed. Nothing is
 * kept for whoever listens later, and nothing is done while nobody listens.
 */
export class ChangeNotifier {
  readonly #clock: Clock;
  readonly #delays: NotifierDelays;
  readonly #listeners = new Set<ChangeListener>();
  /** Users with a call to come; true when something changed since the last one. */
  readonly #due = new Map<string, boolean>();

  constructor(clock: Clock, delays: NotifierDelays = defaultDelays) {
    this.#clock = clock;
    this.#delays = delays;
  }

  /** Listens until disposed of. A listener must not throw. */
  listen(listener: ChangeListener): Disposable {
    const own: ChangeListener = (userId) => listener(userId);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => this.#listeners.delete(own) };
  }

  /** Says that a change to this user's tree is durable. */
  changed(userId: string): void {
    if (this.#listeners.size === 0) return;
    const waiting = this.#due.has(userId);
    this.#due.set(userId, true);
    if (!waiting) this.#tellLater(userId, this.#delays.first);
  }

  #tellLater(userId: string, delay: number): void {
    this.#clock.sleep(delay).then(
      () => this.#tell(userId, delay),
      () => this.#due.delete(userId),
    );
  }

  #tell(userId: string, delay: number): void {
    if (this.#due.get(userId) !== true) {
      this.#due.delete(userId);
      return;
    }
    this.#due.set(userId, false);
    for (const listener of this.#listeners) listener(userId);
    this.#tellLater(userId, Math.min(delay * 2, this.#delays.longest));
  }
}
