import { AppError, type Clock, type Random, randomUuid } from '@holdfast/base';
import type { Db } from '@holdfast/db';
import { defaultScopes, generateToken, parseScopes, tokenKinds } from '@holdfast/protocol';
import type { Identity, TokenInfo } from './identity.ts';
import type { IdentityParts } from './identity-parts.ts';
import type { LastUses } from './last-uses.ts';
import { tokenLookup } from './token-lookup.ts';
import { type TokenRow, tokenState, toTokenInfo } from './token-row.ts';

const mostActive = 100;
const mostNodes = 100;

type TokenRequest = Parameters<Identity['createToken']>[0];

/** App tokens: made, listed, revoked. `changed` is called after what an authentication depends on. */
export class Tokens {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pepper: Uint8Array;
  readonly #idleDays: number | undefined;
  readonly #lastUses: LastUses;
  readonly #changed: () => void;

  constructor(parts: IdentityParts, lastUses: LastUses, changed: () => void) {
    this.#db = parts.db;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#pepper = parts.pepper;
    this.#idleDays = parts.settings.tokenIdleDays;
    this.#lastUses = lastUses;
    this.#changed = changed;
  }

  async create(request: TokenRequest): Promise<{ token: string; info: TokenInfo }> {
    const now = this.#clock.now();
    const kind = request.kind ?? 'device';
    if (!Object.hasOwn(tokenKinds, kind)) {
      throw new AppError('bad-value', { message: `Unknown kind of token "${kind}".` });
    }
    const token = generateToken(kind, this.#random);
    const fields = {
      id: randomUuid(this.#random),
      user_id: request.userId,
      name: tokenName(request.name),
      kind,
      scopes: JSON.stringify(parseScopes(request.scopes ?? defaultScopes)),
      within: request.within === undefined ? null : JSON.stringify(nodeIds(request.within)),
      created_at: now,
      last_used_at: null,
      last_address: null,
      last_user_agent: null,
      expires_at: expiry(request.expiresAt, now),
      idle_days: kind === 'device' ? (this.#idleDays ?? null) : null,
      state: 'active',
    };
    const lookup = tokenLookup(token, this.#pepper);
    await this.#db.write(async (query) => {
      const user = await query
        .selectFrom('users')
        .select(['disabled', 'auth_epoch'])
        .where('id', '=', request.userId)
        .executeTakeFirst();
      if (!user) throw new AppError('not-found', { message: `There is no account "${request.userId}".` });
      if (user.disabled) throw new AppError('account-disabled');
      const others = await query
        .selectFrom('tokens')
        .select(['state', 'expires_at', 'idle_days', 'last_used_at', 'created_at'])
        .where('user_id', '=', request.userId)
        .where('state', '=', 'active')
        .execute();
      if (others.filter((other) => tokenState(other, now) === 'active').length >= mostActive) {
        throw new AppError('conflict', {
          message: `This account has ${mostActive} active tokens. Revoke one that is no longer used.`,
        });
      }
      await query
        .insertInto('tokens')
        .values({ ...fields, lookup, auth_epoch: user.auth_epoch })
        .execute();
    });
    return { token, info: toTokenInfo(fields, now) };
  }

  async list(userId: string | undefined): Promise<readonly TokenInfo[]> {
    await this.#lastUses.flush();
    const found: TokenRow[] = await this.#db.read((query) => {
      const all = query.selectFrom('tokens').selectAll().orderBy('created_at').orderBy('id');
      return (userId === undefined ? all : all.where('user_id', '=', userId)).execute();
    });
    const now = this.#clock.now();
    return found.map((row) => toTokenInfo(row, now));
  }

  async revoke(id: string): Promise<void> {
    try {
      const done = await this.#db.write((query) =>
        query.updateTable('tokens').set({ state: 'revoked' }).where('id', '=', id).executeTakeFirst(),
      );
      if (done.numUpdatedRows === 0n) throw new AppError('not-found', { message: 'There is no such token.' });
    } finally {
      this.#changed();
    }
  }
}

function tokenName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 128 || /\p{C}/u.test(name)) {
    throw new AppError('bad-value', { message: 'A token needs a name of 1 to 128 printable characters.' });
  }
  return name;
}

function nodeIds(ids: readonly number[]): readonly number[] {
  if (ids.length > mostNodes || !ids.every((id) => Number.isSafeInteger(id) && id > 0)) {
    throw new AppError('bad-value', { message: `A token can be limited to at most ${mostNodes} folders.` });
  }
  return [...new Set(ids)];
}

function expiry(at: number | undefined, now: number): number | null {
  if (at === undefined) return null;
  if (!Number.isSafeInteger(at) || at <= now) {
    throw new AppError('bad-value', { message: 'The expiry of a token has to lie in the future.' });
  }
  return at;
}
