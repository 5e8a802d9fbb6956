import type { RouteScope, Scope, TokenKind } from '@holdfast/protocol';

/** Who makes a request, and what the means they signed in with allows. */
export interface Principal {
  readonly userId: string;
  readonly displayName: string;
  /** Never true for a token, whoever made it. */
  readonly admin: boolean;
  /** `password`: a person with the account's rights. `token`: a device or app with the token's scopes and no more. */
  readonly via: 'password' | 'token';
  readonly tokenId: string | undefined;
  /** Empty for `password`, where the account's own rights count. */
  readonly scopes: readonly Scope[];
  /** Node ids a token is limited to; undefined for no limit. */
  readonly within: readonly number[] | undefined;
}

/** Where a request comes from; for last use and throttling. Never stored in full. */
export interface Caller {
  readonly address: string;
  readonly userAgent: string;
}

/** An account as administrators see it. */
export interface Account {
  readonly id: string;
  readonly displayName: string;
  readonly admin: boolean;
  readonly disabled: boolean;
  readonly quotaBytes: number | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** A token without its secret. */
export interface TokenInfo {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly kind: TokenKind;
  readonly scopes: readonly Scope[];
  readonly within: readonly number[] | undefined;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly lastUsedAt: number | undefined;
  /** Truncated: IPv4 /24, IPv6 /48. */
  readonly lastAddress: string | undefined;
  readonly lastUserAgent: string | undefined;
  readonly expiresAt: number | undefined;
  readonly state: 'active' | 'revoked' | 'expired' | 'idle';
}

/**
 * Who may do what. Throws AppError: `not-signed-in`, `token-expired`, `account-disabled`, `not-found`,
 * `already-exists`, `weak-password`, `bad-value`, `conflict` (too many tokens), `too-many-requests`, as it applies.
 */
export interface Identity {
  /**
   * Checks a name with a password or token (RFC 7617). The account password is accepted only where the setting
   * allows it. Unknown name and wrong secret give the same answer in the same time. Repeated calls with the
   * same good credentials do not pay for argon2 again; a change of password, account or token counts at once.
   */
  authenticateBasic(name: string, secret: string, caller: Caller): Promise<Principal>;
  /** Checks a token (RFC 6750). */
  authenticateBearer(token: string, caller: Caller): Promise<Principal>;
  /** Account ids are `[a-z0-9][a-z0-9._@-]{0,63}`; passwords have 8 to 1,024 characters. */
  addAccount(account: {
    id: string;
    password: string;
    displayName?: string;
    admin?: boolean;
    quotaBytes?: number;
  }): Promise<Account>;
  account(id: string): Promise<Account>;
  accounts(): Promise<readonly Account[]>;
  /** Replaces the password. Tokens stay valid unless `revokeTokens`. */
  setPassword(id: string, password: string, options?: { revokeTokens?: boolean }): Promise<void>;
  setDisabled(id: string, disabled: boolean): Promise<void>;
  /** Gives or takes the administrator's rights. */
  setAdmin(id: string, admin: boolean): Promise<void>;
  /** The secret is returned once and stored only as a keyed hash. At most 100 active tokens an account. */
  createToken(token: {
    userId: string;
    name: string;
    kind?: TokenKind;
    scopes?: readonly Scope[];
    within?: readonly number[];
    /** Milliseconds since 1970. */
    expiresAt?: number;
  }): Promise<{ token: string; info: TokenInfo }>;
  tokens(userId?: string): Promise<readonly TokenInfo[]>;
  revokeToken(id: string): Promise<void>;
  /**
   * Calls `listener` after a change of an account or token by this process: whoever was let in before may not be
   * any more. Disposing ends it; a listener must not throw.
   */
  onChange(listener: () => void): Disposable;
  /** Writes what is still to be written (last uses) and ends. */
  close(): Promise<void>;
}

/**
 * Whether a principal may use a route that declares `scope`: the one place where scopes are decided.
 * A token never has `session` or `admin`.
 */
export type Authorize = (principal: Principal | undefined, scope: RouteScope) => boolean;
