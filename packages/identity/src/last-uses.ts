import type { Clock, Logger } from '@holdfast/base';
import type { Db } from '@holdfast/db';
import type { Caller } from './identity.ts';
import { truncateAddress } from './truncate-address.ts';

interface Use {
  at: number;
  caller: Caller;
  /** When this token's last use was last written; undefined when never. */
  writtenAt: number | undefined;
  dirty: boolean;
}

const minuteMs = 60_000;
const remembered = 10_000;

/**
 * Writes when, from where and by what a token was last used: at most once a minute each, beside the request and
 * never in its way. What has not been written yet is written by `flush`.
 */
export class LastUses {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #uses = new Map<string, Use>();
  readonly #writing = new Set<Promise<void>>();

  constructor(parts: { db: Db; clock: Clock; logger: Logger }) {
    this.#db = parts.db;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  /** Notes a use; returns at once. */
  note(tokenId: string, caller: Caller): void {
    const at = this.#clock.now();
    const use = this.#uses.get(tokenId);
    if (use) {
      use.at = at;
      use.caller = caller;
      use.dirty = true;
      // Any distance, so that a clock set back does not stop the writing.
      if (use.writtenAt !== undefined && Math.abs(at - use.writtenAt) < minuteMs) return;
      this.#write([[tokenId, use]]);
      return;
    }
    if (this.#uses.size >= remembered) {
      this.#write([...this.#uses].filter(([, old]) => old.dirty));
      this.#uses.clear();
    }
    const first: Use = { at, caller, writtenAt: undefined, dirty: true };
    this.#uses.set(tokenId, first);
    this.#write([[tokenId, first]]);
  }

  /** Resolves when everything noted so far has been written, or could not be. */
  async flush(): Promise<void> {
    this.#write([...this.#uses].filter(([, use]) => use.dirty));
    await Promise.all(this.#writing);
  }

  #write(batch: readonly (readonly [string, Use])[]): void {
    if (batch.length === 0) return;
    const values = batch.map(([id, use]) => {
      use.writtenAt = use.at;
      use.dirty = false;
      return { id, at: use.at, caller: use.caller };
    });
    const writing = this.#db
      .write(async (query) => {
        for (const { id, at, caller } of values) {
          await query
            .updateTable('tokens')
            .set({
              last_used_at: at,
              last_address: truncateAddress(caller.address) ?? null,
              last_user_agent: printable(caller.userAgent),
            })
            .where('id', '=', id)
            .execute();
        }
      })
      .catch((error: unknown) => {
        this.#logger.warn('last use of a token could not be written', { error: String(error) });
      })
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }
}

function printable(userAgent: string): string | null {
  const text = userAgent.replace(/\p{C}/gu, '').slice(0, 200);
  return text === '' ? null : text;
}
