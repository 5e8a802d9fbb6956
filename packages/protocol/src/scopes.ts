import { AppError } from '@holdfast/base';

/**
 * What an app token may be allowed to do. A token holds a set of these and nothing else;
 * account, token and administration rights are never grantable to a token.
 */
export const grantableScopes = ['files:read', 'files:write', 'files:delete', 'profile:read'] as const;

/** A right that a token can be given. */
export type Scope = (typeof grantableScopes)[number];

/**
 * What a route asks for: a grantable scope, `session` (a person signed in with the account password,
 * never a token), `admin` (the same, as an administrator), or `public` (anyone).
 */
export type RouteScope = Scope | 'session' | 'admin' | 'public';

/** The scopes of a token for which none were named: everything an ordinary sync client needs. */
export const defaultScopes: readonly Scope[] = ['files:read', 'files:write', 'files:delete', 'profile:read'];

/**
 * Reads scope names as people write them. `files` stands for read, write and delete; `files:write`
 * brings `files:read` with it.
 * @throws AppError `bad-value` for an unknown name.
 */
export function parseScopes(names: readonly string[]): Scope[] {
  const out = new Set<Scope>();
  for (const name of names) {
    if (name === 'files') {
      for (const scope of ['files:read', 'files:write', 'files:delete'] as const) out.add(scope);
    } else if ((grantableScopes as readonly string[]).includes(name)) {
      out.add(name as Scope);
      if (name === 'files:write' || name === 'files:delete') out.add('files:read');
    } else {
      throw new AppError('bad-value', {
        message: `Unknown scope "${name}". Known: files, ${grantableScopes.join(', ')}.`,
      });
    }
  }
  return [...out].sort();
}
