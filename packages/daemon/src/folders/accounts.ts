import { AppError, randomUuid } from '@holdfast/base';
import type { Folders } from './folders.ts';
import { type AccountSettings, accountName } from './settings.ts';

/** Whose token is to be kept, and where. */
export interface NewToken {
  readonly url: string;
  readonly user: string;
  /** Undefined: the account has one already. */
  readonly token?: string | undefined;
  readonly tokenStore?: AccountSettings['store'] | undefined;
}

/** The account for an address. @throws AppError `token-missing` when it is not known yet. */
export function accountFor(folders: Folders, url: string, user: string): AccountSettings {
  const account = findAccount(folders, url, user);
  if (account !== undefined) return account;
  throw new AppError('token-missing', {
    message: `There is no token for ${user} yet. Give one by --token-stdin or --token-file.`,
  });
}

/**
 * Keeps the token of an account, which is made when it is new. The token is durable before the settings name it.
 * @throws AppError `token-missing`, those of the secret store.
 */
export async function keepToken(folders: Folders, wanted: NewToken): Promise<AccountSettings> {
  const { url, user, token, tokenStore } = wanted;
  if (token === undefined) return accountFor(folders, url, user);
  const known = findAccount(folders, url, user);
  if (known !== undefined) return await replaceToken(folders, known, token, tokenStore);
  const id = randomUuid(folders.parts.random);
  const server = new URL(url).origin;
  const store = tokenStore ?? 'keychain';
  const account: AccountSettings = { id, server, user, store, secret: secretName({ server, user }, id) };
  await folders.parts.secrets[store].set(account.secret, token);
  folders.change((settings) => ({ ...settings, accounts: [...settings.accounts, account] }));
  return account;
}

/** Puts a new token in the place of the one of an account, and signs in with it. */
export async function replaceToken(
  folders: Folders,
  account: AccountSettings,
  token: string,
  tokenStore: AccountSettings['store'] = account.store,
): Promise<AccountSettings> {
  const { secrets, logger } = folders.parts;
  await secrets[tokenStore].set(account.secret, token);
  if (tokenStore !== account.store) {
    folders.change((settings) => ({
      ...settings,
      accounts: settings.accounts.map((one) => (one.id === account.id ? { ...one, store: tokenStore } : one)),
    }));
    await secrets[account.store].delete(account.secret).catch((error: unknown) => {
      logger.warn('an old token could not be removed', { account: account.id, error: String(error) });
    });
  }
  folders.restartAccount(account.id);
  return { ...account, store: tokenStore };
}

/** Forgets an account that no folder uses, and its token. */
export async function forgetAccount(folders: Folders, account: AccountSettings): Promise<void> {
  folders.change((settings) => ({
    ...settings,
    accounts: settings.accounts.filter(({ id }) => id !== account.id),
  }));
  await folders.parts.secrets[account.store].delete(account.secret).catch((error: unknown) => {
    folders.parts.logger.warn('a token could not be removed', { account: account.id, error: String(error) });
  });
}

/** An account by its name, `user@host`. @throws AppError `not-found`. */
export function namedAccount(folders: Folders, name: string): AccountSettings {
  const account = folders.settings.accounts.find((one) => one.id === name || accountName(one) === name);
  if (account !== undefined) return account;
  throw new AppError('not-found', {
    message: `There is no account "${name}". See "holdfast account list".`,
  });
}

function findAccount(folders: Folders, url: string, user: string): AccountSettings | undefined {
  const { origin } = new URL(url);
  return folders.settings.accounts.find((account) => account.server === origin && account.user === user);
}

/** What people see in the list of their keychain. */
function secretName(account: Pick<AccountSettings, 'server' | 'user'>, id: string): string {
  return `${accountName(account)} ${id.slice(0, 8)}`;
}
