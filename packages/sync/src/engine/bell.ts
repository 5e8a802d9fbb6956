import type { Clock } from '@holdfast/base';

/** Wakes whoever waits for it. A ring that nobody waits for is kept for the next who does. */
export class Bell {
  #rung = false;
  #listener: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#listener?.();
  }

  /** Whether it has rung since the last call. */
  take(): boolean {
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }

  /** Calls `listener` at the next ring, or now when it has rung already; undefined: no longer. */
  listen(listener: (() => void) | undefined): void {
    this.#listener = listener;
    if (this.#rung) listener?.();
  }
}

/** Waits `ms`, or until one of `bells` rings or the signal aborts. Never throws. */
export async function rest(
  clock: Clock,
  ms: number,
  bells: readonly Bell[],
  signal: AbortSignal,
): Promise<void> {
  const early = new AbortController();
  for (const bell of bells) bell.listen(() => early.abort());
  try {
    await clock.sleep(ms, AbortSignal.any([signal, early.signal]));
  } catch {
    // Woken: the caller looks at why.
  } finally {
    for (const bell of bells) bell.listen(undefined);
  }
}
