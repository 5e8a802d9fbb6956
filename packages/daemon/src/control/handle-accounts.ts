import { AppError } from '@holdfast/base';
import type { Actor, Files, NodeId } from '@holdfast/files';
import type { Account, Identity, TokenInfo } from '@holdfast/identity';
import { type ControlResult, defaultScopes, parseScopes } from '@holdfast/protocol';
import type { CommandHandlers } from './dispatch.ts';

/** What the account commands work on. */
export interface AccountParts {
  readonly identity: Identity;
  readonly files: Files;
}

type AccountCommand = Extract<keyof CommandHandlers, `user.${string}` | `token.${string}`>;

/** The commands about accounts and tokens. */
export function accountHandlers({ identity, files }: AccountParts): Pick<CommandHandlers, AccountCommand> {
  return {
    'user.add': async ({ name, ...rest }) => {
      const account = await identity.addAccount({ id: name, ...withoutUndefined(rest) });
      await files.createRoot(account.id, account.quotaBytes);
      return accountOut(account);
    },
    'user.list': async () => ({ accounts: (await identity.accounts()).map(accountOut) }),
    'user.passwd': async ({ name, password, revokeTokens }) => {
      await identity.setPassword(name, password, { revokeTokens });
      return {};
    },
    'user.disable': async ({ name }) => {
      await identity.setDisabled(name, true);
      return {};
    },
    'user.enable': async ({ name }) => {
      await identity.setDisabled(name, false);
      return {};
    },
    'token.create': async ({ user, name, kind, scopes, paths, expiresAt }) => {
      const account = await identity.account(user);
      const within = await Promise.all(paths.map((path) => folderId(files, account.id, path)));
      const { token, info } = await identity.createToken({
        userId: account.id,
        name,
        kind,
        scopes: scopes.length === 0 ? defaultScopes : parseScopes(scopes),
        ...(within.length === 0 ? {} : { within }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      });
      return { ...(await tokenOut(files, info)), token };
    },
    'token.list': async ({ user }) => {
      const userId = user === undefined ? undefined : (await identity.account(user)).id;
      const tokens = await identity.tokens(userId);
      return { tokens: await Promise.all(tokens.map((info) => tokenOut(files, info))) };
    },
    'token.revoke': async ({ id }) => {
      await identity.revokeToken(id);
      return {};
    },
  };
}

async function folderId(files: Files, userId: string, given: string): Promise<NodeId> {
  const path = given.split('/').filter(Boolean).join('/');
  const actor: Actor = { userId, read: true, write: false, delete: false };
  const node = await files.find(actor, path);
  if (node) return node.id;
  throw new AppError('not-found', { message: `${userId} has no file or folder "${path}". Make it first.` });
}

async function tokenOut(
  files: Files,
  info: TokenInfo,
): Promise<ControlResult<'token.list'>['tokens'][number]> {
  const { userId, within, scopes, ...rest } = info;
  const paths = within && [...(await files.pathsOf(userId, within as readonly NodeId[])).values()];
  return withoutUndefined({ ...rest, user: userId, scopes: [...scopes], paths });
}

function accountOut(account: Account): ControlResult<'user.add'> {
  return withoutUndefined({ ...account });
}

/** JSON has no undefined: what is not known is left out. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
