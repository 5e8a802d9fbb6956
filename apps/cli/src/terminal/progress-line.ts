import type { Clock } from '@holdfast/base';
import { formatBytes, formatNumber, formatSpan, printable } from './format-amount.ts';
import type { Terminal } from './terminal.ts';

const redrawMs = 100;
const rateWindowMs = 5_000;

/** How far work has come. */
export interface Progress {
  /** What is counted, such as `files`. */
  readonly what: string;
  readonly done: number;
  readonly total?: number | undefined;
  readonly bytes?: number | undefined;
  readonly totalBytes?: number | undefined;
}

/** One line that is drawn over itself: files, bytes, rate, time left. Silent when nobody watches. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  #samples: { at: number; amount: number }[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #shown = false;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  /** Shows how far the work is, at most ten times a second. */
  show(progress: Progress): void {
    if (!this.#terminal.interactive) return;
    const now = this.#clock.monotonic();
    const amount = progress.bytes ?? progress.done;
    this.#samples = this.#samples.filter(({ at }) => now - at < rateWindowMs);
    this.#samples.push({ at: now, amount });
    if (now - this.#drawnAt < redrawMs) return;
    this.#drawnAt = now;
    const line = printable(describe(progress, this.#rate())).slice(0, this.#terminal.columns - 1);
    this.#terminal.err(`\r\u001b[K${line}`);
    this.#shown = true;
  }

  /** Removes the line, so that something else can be written. */
  clear(): void {
    if (this.#shown) this.#terminal.err('\r\u001b[K');
    this.#shown = false;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  /** Units a second over the last seconds. */
  #rate(): number {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < 200) return 0;
    return ((last.amount - first.amount) * 1000) / (last.at - first.at);
  }
}

function describe({ what, done, total, bytes, totalBytes }: Progress, rate: number): string {
  const parts = [`${formatNumber(done)}${total === undefined ? '' : ` of ${formatNumber(total)}`} ${what}`];
  if (bytes !== undefined) {
    parts.push(
      totalBytes === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`,
    );
  }
  if (rate > 0) {
    parts.push(bytes === undefined ? `${Math.round(rate)}/s` : `${formatBytes(rate)}/s`);
    const left = bytes === undefined ? (total ?? done) - done : (totalBytes ?? bytes) - bytes;
    if (left > 0) parts.push(`${formatSpan((left / rate) * 1000)} left`);
  }
  return parts.join(' · ');
}
