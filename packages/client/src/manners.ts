import { AppError, type Clock, type Random } from '@holdfast/base';

/** A pause this long is waited for; a longer one is told, in milliseconds. */
const longestWait = 10_000;
/** The first pause after a refusal that names none, and the longest, in milliseconds. */
const firstPause = 1_000;
const longestPause = 60_000;

/** Statuses by which a server, or what stands before it, says that it has too much to do. */
const busy: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * How to behave towards one server: after it has said that it is busy, every request waits, not only that for the
 * file at hand. Pauses without a `Retry-After` grow with every refusal in a row and vary, so that many clients do
 * not come back at the same moment.
 */
export class Manners {
  readonly #clock: Clock;
  readonly #random: Random;
  #until = 0;
  #code = 'unavailable';
  #refusals = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Resolves when a request may be sent. @throws AppError what the server said, when the pause is long. */
  async turn(signal?: AbortSignal): Promise<void> {
    const left = this.#until - this.#clock.monotonic();
    if (left <= 0) return;
    if (left > longestWait) throw new AppError(this.#code, { retryAfterSeconds: Math.ceil(left / 1000) });
    await this.#clock.sleep(left, signal);
  }

  /** Takes note of an answer; `retryAfterSeconds` where it had one. */
  answered(status: number, retryAfterSeconds?: number): void {
    if (!busy.has(status)) {
      this.#refusals = 0;
      return;
    }
    const grown = Math.min(firstPause * 2 ** this.#refusals, longestPause);
    this.#refusals = Math.min(this.#refusals + 1, 16);
    const pause = retryAfterSeconds === undefined ? grown * this.#portion() : retryAfterSeconds * 1000;
    this.#until = Math.max(this.#until, this.#clock.monotonic() + pause);
    this.#code = status === 429 ? 'too-many-requests' : 'unavailable';
  }

  /** Between a half and one and a half. */
  #portion(): number {
    const [byte = 128] = this.#random.bytes(1);
    return 0.5 + byte / 255;
  }
}
