import type { TransferRate } from '@holdfast/protocol';

/** Over how many milliseconds a rate is measured. */
const windowMs = 4000;

type Totals = Omit<TransferRate, 'bytesPerSecond'>;

/** Measures how fast the transfers of a run go. */
export class TransferMeter {
  readonly #now: () => number;
  #samples: { at: number; bytes: number }[] = [];

  /** `now`: milliseconds that never go back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A run has begun: its totals start from zero. */
  reset(): void {
    this.#samples = [];
  }

  measure(totals: Totals): TransferRate {
    const at = this.#now();
    this.#samples.push({ at, bytes: totals.bytesDone });
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) <= at - windowMs) this.#samples.shift();
    const first = this.#samples[0] ?? { at, bytes: totals.bytesDone };
    const seconds = (at - first.at) / 1000;
    const bytesPerSecond = seconds > 0 ? Math.round((totals.bytesDone - first.bytes) / seconds) : 0;
    const { filesDone, filesTotal, bytesDone, bytesTotal } = totals;
    return { filesDone, filesTotal, bytesDone, bytesTotal, bytesPerSecond };
  }
}
