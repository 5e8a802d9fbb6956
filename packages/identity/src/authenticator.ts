import { AppError, type Clock, isAppError } from '@holdfast/base';
import { type Db, row } from '@holdfast/db';
import { looksLikeToken } from '@holdfast/protocol';
import type { CredentialCache, VerifiedCredential } from './credential-cache.ts';
import { FailureBrake } from './failure-brake.ts';
import type { Caller, Principal } from './identity.ts';
import type { IdentityParts } from './identity-parts.ts';
import type { LastUses } from './last-uses.ts';
import { longestPassword, type Passwords } from './passwords.ts';
import { isTokenShaped, tokenLookup } from './token-lookup.ts';
import { type TokenRow, tokenState, toTokenInfo, withinOf } from './token-row.ts';
import { callerRange } from './truncate-address.ts';

interface UserRow {
  readonly id: string;
  readonly display_name: string;
  readonly password_hash: string;
  readonly admin: number;
  readonly disabled: number;
}

type TokenWithUser = TokenRow & Omit<UserRow, 'id' | 'password_hash'>;

const selectUser = 'SELECT id, display_name, password_hash, admin, disabled FROM users WHERE id = ?';
const selectToken = `SELECT tokens.*, users.display_name, users.admin, users.disabled
  FROM tokens JOIN users ON users.id = tokens.user_id WHERE tokens.lookup = ?`;

/** Finds out who a caller is. Every way in goes through here. */
export class Authenticator {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #pepper: Uint8Array;
  readonly #passwordOverBasic: boolean;
  readonly #passwords: Passwords;
  readonly #lastUses: LastUses;
  readonly #cache: CredentialCache;
  readonly #brake: FailureBrake;
  /** Password checks under way, by cache key: a client that opens six connections pays for one. */
  readonly #checks = new Map<string, Promise<VerifiedCredential | undefined>>();

  constructor(parts: IdentityParts, passwords: Passwords, lastUses: LastUses, cache: CredentialCache) {
    this.#db = parts.db;
    this.#clock = parts.clock;
    this.#pepper = parts.pepper;
    this.#passwordOverBasic = parts.settings.passwordOverBasic;
    this.#passwords = passwords;
    this.#lastUses = lastUses;
    this.#cache = cache;
    this.#brake = new FailureBrake(parts.clock, parts.settings.brake);
  }

  async basic(name: string, secret: string, caller: Caller): Promise<Principal> {
    if (isTokenShaped(secret)) return await this.#byToken(secret, name, caller);
    return await this.#byPassword(name, secret, caller);
  }

  async bearer(token: string, caller: Caller): Promise<Principal> {
    return await this.#byToken(token, undefined, caller);
  }

  /** The brake is asked only once the token has been found wanting: it never stops one that is good. */
  async #byToken(token: string, name: string | undefined, caller: Caller): Promise<Principal> {
    const brakeKey = `${name?.slice(0, 64) ?? ''} ${callerRange(caller.address)}`;
    if (!looksLikeToken(token)) throw this.#failure(brakeKey);
    const key = this.#cache.keyOf('', token);
    const known = this.#cache.find(key);
    const credential = known?.fresh ? known.credential : await this.#readToken(token, key);
    if (!credential?.token || (name !== undefined && credential.principal.userId !== name)) {
      throw this.#failure(brakeKey);
    }
    const state = tokenState(credential.token, this.#clock.now());
    // Known, and once good: an old device that keeps trying must not shut out the household it is in.
    if (state === 'revoked') throw new AppError('not-signed-in');
    if (state !== 'active') throw new AppError('token-expired');
    this.#lastUses.note(credential.token.id, caller);
    return credential.principal;
  }

  async #readToken(token: string, key: string): Promise<VerifiedCredential | undefined> {
    const generation = this.#cache.generation;
    const lookup = tokenLookup(token, this.#pepper);
    const found = await this.#db.read((query) => row<TokenWithUser>(query, selectToken, lookup));
    if (!found) {
      this.#cache.forget(key);
      return undefined;
    }
    const info = toTokenInfo(found, this.#clock.now());
    if (found.disabled && info.state === 'active') throw new AppError('account-disabled');
    const principal: Principal = {
      userId: found.user_id,
      displayName: found.display_name,
      admin: false,
      via: 'token',
      tokenId: found.id,
      scopes: info.scopes,
      within: withinOf(found),
    };
    const credential = { principal, passwordHash: undefined, token: found };
    if (info.state === 'active') this.#cache.keep(key, credential, generation);
    else this.#cache.forget(key);
    return credential;
  }

  async #byPassword(name: string, secret: string, caller: Caller): Promise<Principal> {
    if (!this.#passwordOverBasic) {
      throw new AppError('not-signed-in', {
        message: 'Passwords are not accepted here. Sign in with an app token.',
      });
    }
    if (secret.length > longestPassword || name.length > 64) throw new AppError('not-signed-in');
    const key = this.#cache.keyOf(name, secret);
    const known = this.#cache.find(key);
    if (known?.fresh) return known.credential.principal;
    const brakeKey = `${name} ${callerRange(caller.address)}`;
    const generation = this.#cache.generation;
    const user = await this.#readUser(name);
    if (known && user && !user.disabled && known.credential.passwordHash === user.password_hash) {
      const credential = credentialOf(user);
      this.#cache.keep(key, credential, generation, true);
      return credential.principal;
    }
    this.#brake.check(brakeKey);
    let check = this.#checks.get(key);
    if (!check) {
      check = this.#checkPassword(name, secret, key).finally(() => this.#checks.delete(key));
      this.#checks.set(key, check);
    }
    const credential = await check;
    if (!credential) throw this.#failure(brakeKey);
    this.#brake.succeeded(brakeKey);
    return credential.principal;
  }

  async #checkPassword(name: string, secret: string, key: string): Promise<VerifiedCredential | undefined> {
    const generation = this.#cache.generation;
    const user = await this.#readUser(name);
    if (!(await this.#passwords.verify(secret, user?.password_hash)) || !user) return undefined;
    // Only who knows the password learns that the account is disabled.
    if (user.disabled) throw new AppError('account-disabled');
    const renewed = await this.#renewHash(user, secret);
    const credential = credentialOf(user, renewed);
    this.#cache.keep(key, credential, generation);
    return credential;
  }

  #readUser(name: string): Promise<UserRow | undefined> {
    return this.#db.read((query) => row<UserRow>(query, selectUser, name));
  }

  /** Raises an old hash to today's cost. Signing in does not fail when there is no room for that now. */
  async #renewHash(user: UserRow, secret: string): Promise<string | undefined> {
    let renewed: string | undefined;
    try {
      renewed = await this.#passwords.renew(secret, user.password_hash);
    } catch (error) {
      if (isAppError(error, 'too-many-requests')) return undefined;
      throw error;
    }
    if (renewed === undefined) return undefined;
    const hash = renewed;
    await this.#db.write((query) =>
      query
        .updateTable('users')
        .set({ password_hash: hash })
        .where('id', '=', user.id)
        .where('password_hash', '=', user.password_hash)
        .execute(),
    );
    return hash;
  }

  /** Counts a failure and says what to answer: that it failed, or that there were too many. */
  #failure(brakeKey: string): AppError {
    try {
      this.#brake.check(brakeKey);
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
    this.#brake.failed(brakeKey);
    return new AppError('not-signed-in');
  }
}

function credentialOf(user: UserRow, passwordHash = user.password_hash): VerifiedCredential {
  const principal: Principal = {
    userId: user.id,
    displayName: user.display_name,
    admin: user.admin === 1,
    via: 'password',
    tokenId: undefined,
    scopes: [],
    within: undefined,
  };
  return { principal, passwordHash, token: undefined };
}
