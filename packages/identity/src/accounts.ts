import { AppError, type Clock } from '@holdfast/base';
import type { Db, UsersTable } from '@holdfast/db';
import type { Account, Identity } from './identity.ts';
import type { Passwords } from './passwords.ts';

const idPattern = /^[a-z0-9][a-z0-9._@-]{0,63}$/;

/** The accounts of this node. `changed` is called after every change that an authentication depends on. */
export class Accounts {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #passwords: Passwords;
  readonly #changed: () => void;

  constructor(parts: { db: Db; clock: Clock; passwords: Passwords; changed: () => void }) {
    this.#db = parts.db;
    this.#clock = parts.clock;
    this.#passwords = parts.passwords;
    this.#changed = parts.changed;
  }

  async add(account: Parameters<Identity['addAccount']>[0]): Promise<Account> {
    if (!idPattern.test(account.id)) {
      throw new AppError('bad-value', {
        message:
          'An account name has 1 to 64 of the characters a-z 0-9 . _ @ - and begins with a letter or digit.',
      });
    }
    const quota = account.quotaBytes ?? null;
    if (quota !== null && !(Number.isSafeInteger(quota) && quota >= 0)) {
      throw new AppError('bad-value', { message: 'A quota is a whole number of bytes.' });
    }
    const user = {
      id: account.id,
      display_name: displayName(account.displayName ?? account.id),
      admin: account.admin ? (1 as const) : (0 as const),
      disabled: 0 as const,
      quota,
      created_at: this.#clock.now(),
    };
    const password_hash = await this.#passwords.hash(account.password);
    const added = await this.#db.write((query) =>
      query
        .insertInto('users')
        .values({ ...user, password_hash })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .execute(),
    );
    if (added.length === 0) {
      throw new AppError('already-exists', { message: `The account "${account.id}" exists already.` });
    }
    this.#changed();
    return toAccount(user);
  }

  async get(id: string): Promise<Account> {
    const user = await this.#db.read((query) =>
      query.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    if (!user) throw missing(id);
    return toAccount(user);
  }

  async list(): Promise<readonly Account[]> {
    const users = await this.#db.read((query) =>
      query.selectFrom('users').selectAll().orderBy('id').execute(),
    );
    return users.map(toAccount);
  }

  async setPassword(id: string, password: string, revokeTokens: boolean): Promise<void> {
    const password_hash = await this.#passwords.hash(password);
    await this.#update(id, async (query) => {
      const done = await query
        .updateTable('users')
        .set((column) => ({ password_hash, auth_epoch: column('auth_epoch', '+', 1) }))
        .where('id', '=', id)
        .executeTakeFirst();
      if (revokeTokens) {
        await query.updateTable('tokens').set({ state: 'revoked' }).where('user_id', '=', id).execute();
      }
      return done.numUpdatedRows;
    });
  }

  async setDisabled(id: string, disabled: boolean): Promise<void> {
    await this.#setFlag(id, { disabled: disabled ? 1 : 0 });
  }

  async setAdmin(id: string, admin: boolean): Promise<void> {
    await this.#setFlag(id, { admin: admin ? 1 : 0 });
  }

  async #setFlag(id: string, flag: Partial<Pick<UsersTable, 'admin' | 'disabled'>>): Promise<void> {
    await this.#update(id, async (query) => {
      const done = await query.updateTable('users').set(flag).where('id', '=', id).executeTakeFirst();
      return done.numUpdatedRows;
    });
  }

  async #update(id: string, change: (query: Parameters<Parameters<Db['write']>[0]>[0]) => Promise<bigint>) {
    try {
      if ((await this.#db.write(change)) === 0n) throw missing(id);
    } finally {
      // Also after a failure: whether it took effect may be unknown, and looking again costs little.
      this.#changed();
    }
  }
}

function displayName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > 128 || /\p{C}/u.test(name)) {
    throw new AppError('bad-value', { message: 'A display name has 1 to 128 printable characters.' });
  }
  return name;
}

function missing(id: string): AppError {
  return new AppError('not-found', { message: `There is no account "${id.slice(0, 64)}".` });
}

function toAccount(user: Omit<UsersTable, 'password_hash' | 'auth_epoch'>): Account {
  return {
    id: user.id,
    displayName: user.display_name,
    admin: user.admin === 1,
    disabled: user.disabled === 1,
    quotaBytes: user.quota ?? undefined,
    createdAt: user.created_at,
  };
}
