import { type Clock, type Random, randomHex } from '@holdfast/base';
import type { PushSession } from './push-channel.ts';

const lifeMs = 15_000;
/** More than this are not waiting at any time; the oldest goes. */
const mostWaiting = 1_000;

/** Words for one use that stand for a session, for callers who must not show their secret to a socket. */
export class PreAuth {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #waiting = new Map<string, { session: PushSession; until: number }>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A word of 32 characters, good for fifteen seconds and one use. */
  issue(session: PushSession): string {
    const now = this.#clock.monotonic();
    for (const [word, { until }] of this.#waiting) {
      if (until > now && this.#waiting.size < mostWaiting) break;
      this.#waiting.delete(word);
    }
    const word = randomHex(this.#random, 16);
    this.#waiting.set(word, { session, until: now + lifeMs });
    return word;
  }

  /** The session behind a word, which is used up; undefined when there is none or the time is over. */
  redeem(word: string): PushSession | undefined {
    const found = this.#waiting.get(word);
    this.#waiting.delete(word);
    return found && found.until > this.#clock.monotonic() ? found.session : undefined;
  }
}
