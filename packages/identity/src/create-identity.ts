import { AppError } from '@holdfast/base';
import { Accounts } from './accounts.ts';
import { Authenticator } from './authenticator.ts';
import { CredentialCache } from './credential-cache.ts';
import { defaultBrakeLimits } from './failure-brake.ts';
import type { Identity } from './identity.ts';
import type { IdentityParts, IdentitySettings } from './identity-parts.ts';
import { LastUses } from './last-uses.ts';
import { defaultPasswordCost } from './password-cost.ts';
import { Passwords } from './passwords.ts';
import { Tokens } from './tokens.ts';

/** What holds when nothing is said. */
export const defaultIdentitySettings: IdentitySettings = {
  passwordOverBasic: true,
  tokenIdleDays: 180,
  passwordCost: defaultPasswordCost,
  brake: defaultBrakeLimits,
};

/**
 * Accounts, tokens and authentication over the metadata database.
 * @throws AppError `config-invalid` when the pepper is not 32 bytes.
 */
export function createIdentity(parts: IdentityParts): Identity {
  if (parts.pepper.length !== 32) {
    throw new AppError('config-invalid', { message: 'The token pepper has to be 32 bytes.' });
  }
  const cache = new CredentialCache(parts);
  const listeners = new Set<() => void>();
  const changed = () => {
    cache.changed();
    for (const listener of listeners) listener();
  };
  const passwords = new Passwords(parts.settings.passwordCost, parts.random);
  const lastUses = new LastUses(parts);
  const accounts = new Accounts({ db: parts.db, clock: parts.clock, passwords, changed });
  const tokens = new Tokens(parts, lastUses, changed);
  const authenticator = new Authenticator(parts, passwords, lastUses, cache);
  return {
    authenticateBasic: (name, secret, caller) => authenticator.basic(name, secret, caller),
    authenticateBearer: (token, caller) => authenticator.bearer(token, caller),
    addAccount: (account) => accounts.add(account),
    account: (id) => accounts.get(id),
    accounts: () => accounts.list(),
    setPassword: (id, password, options = {}) =>
      accounts.setPassword(id, password, options.revokeTokens ?? false),
    setDisabled: (id, disabled) => accounts.setDisabled(id, disabled),
    setAdmin: (id, admin) => accounts.setAdmin(id, admin),
    createToken: (token) => tokens.create(token),
    tokens: (userId) => tokens.list(userId),
    revokeToken: (id) => tokens.revoke(id),
    onChange: (listener) => {
      const own = () => listener();
      listeners.add(own);
      return { [Symbol.dispose]: () => listeners.delete(own) };
    },
    close: () => lastUses.flush(),
  };
}
