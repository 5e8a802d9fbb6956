import type { Logger } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestIdentity, type TestIdentity } from './testing/index.ts';

const password = 'correct horse battery';
const caller = { address: '192.0.2.7', userAgent: 'test' };
const elsewhere = { address: '198.51.100.1', userAgent: 'test' };
const lines: string[] = [];
const note = (message: string, fields?: unknown) => {
  lines.push(`${message} ${JSON.stringify(fields)}`);
};
const logger: Logger = { debug: note, info: note, warn: note, error: note };
let test: TestIdentity;

beforeEach(async () => {
  lines.length = 0;
  test = await openTestIdentity({ logger });
  await test.identity.addAccount({ id: 'ann', password, displayName: 'Ann', admin: true });
  await test.identity.addAccount({ id: 'bob', password: 'another password' });
});
afterEach(() => test.close());

const login = (name = 'ann', secret = password, from = caller) =>
  test.identity.authenticateBasic(name, secret, from);
const refused = async (attempt: Promise<unknown>, code: string) => {
  await expect(attempt).rejects.toMatchObject({ code });
};

describe('S17 passwords', () => {
  it('sign a person in with the rights of the account', async () => {
    expect(await login()).toEqual({
      userId: 'ann',
      displayName: 'Ann',
      admin: true,
      via: 'password',
      tokenId: undefined,
      scopes: [],
      within: undefined,
    });
  });

  it('that are wrong, unknown, empty, too long or odd get one and the same answer', async () => {
    const attempts: [string, string][] = [
      ['ann', 'wrong password'],
      ['nobody', password],
      ['ann', ''],
      ['', password],
      ['ann', 'x'.repeat(100_000)],
      ['x'.repeat(100_000), password],
      ["ann' OR 1=1 --", password],
      ['ANN', password],
      ['ann\0', password],
    ];
    const answers = await Promise.all(
      attempts.map(([name, secret]) => login(name, secret).catch((error) => [error.code, error.message])),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify(['not-signed-in', 'not-signed-in'])]),
    );
  });

  it('cost the same work for unknown names, and no more than a bounded amount at once', async () => {
    for (const names of ['unknown', 'ann']) {
      const attempts = Array.from({ length: 80 }, (_, i) =>
        login(names === 'ann' ? names : `unknown-${i}`, `guess number ${i}`, {
          address: `192.0.2.${i}`,
          userAgent: 'test',
        }).catch((error) => error.code),
      );
      const answers = await Promise.all(attempts);
      const held = answers.filter((code) => code === 'too-many-requests').length;
      expect(held, names).toBe(14);
      expect(answers.filter((code) => code === 'not-signed-in').length, names).toBe(66);
    }
  });

  it('are not accepted over Basic where that is off, tokens are', async () => {
    const strict = test.second({ passwordOverBasic: false });
    await refused(strict.authenticateBasic('ann', password, caller), 'not-signed-in');
    const { token } = await strict.createToken({ userId: 'ann', name: 'x' });
    await strict.authenticateBasic('ann', token, caller);
  });

  it('that changed count at once, and the old one no longer', async () => {
    await login();
    await test.identity.setPassword('ann', 'a new password');
    await refused(login(), 'not-signed-in');
    await login('ann', 'a new password');
  });

  it('that another process changed count within seconds', async () => {
    await login();
    await test.second().setPassword('ann', 'a new password');
    test.clock.advance(2_000);
    await refused(login(), 'not-signed-in');
  });

  it('changed while a check is under way leave nothing of it behind', async () => {
    const checks = [login(), login(), login()];
    const change = test.identity.setPassword('ann', 'a new password');
    await Promise.allSettled([...checks, change]);
    await refused(login(), 'not-signed-in');
  });

  it('of a disabled account are told so only to who knows the password', async () => {
    await login();
    await test.identity.setDisabled('ann', true);
    await refused(login(), 'account-disabled');
    await refused(login('ann', 'wrong password'), 'not-signed-in');
    await test.identity.setDisabled('ann', false);
    await login();
  });

  it('bring a change of rights at once', async () => {
    await login();
    await test.identity.setAdmin('ann', false);
    expect((await login()).admin).toBe(false);
  });

  it('are not checked anew while nothing changes, and are after a while', async () => {
    const cost = { memory: 19_456, passes: 2, lanes: 1 };
    const identity = test.second({ passwordCost: cost });
    await identity.setPassword('ann', password);
    const before = lines.length;
    const seen: string[] = [];
    for (let i = 0; i < 500; i++) {
      test.clock.advance(100);
      seen.push((await identity.authenticateBasic('ann', password, caller)).userId);
    }
    expect(seen).toHaveLength(500);
    expect(lines).toHaveLength(before);
    // A row behind the cache that no longer fits shows that it is looked at.
    await test.db.write((query) =>
      query.updateTable('users').set({ password_hash: 'damaged' }).where('id', '=', 'ann').execute(),
    );
    test.clock.advance(2_000);
    await refused(identity.authenticateBasic('ann', password, caller), 'store-damaged');
  });
});

describe('S6 tokens as secrets', () => {
  it('work as Basic password of their own account alone', async () => {
    const { token } = await test.identity.createToken({ userId: 'ann', name: 'laptop' });
    expect(await login('ann', token)).toMatchObject({ userId: 'ann', via: 'token' });
    await refused(login('bob', token), 'not-signed-in');
    await refused(login('nobody', token), 'not-signed-in');
    await refused(login('', token), 'not-signed-in');
  });

  it('with a typing error are refused without a look into the database', async () => {
    const { token } = await test.identity.createToken({ userId: 'ann', name: 'laptop' });
    await test.identity.close();
    await test.db.close();
    const typo = token.slice(0, -1) + (token.endsWith('x') ? 'y' : 'x');
    await refused(test.identity.authenticateBearer(typo, caller), 'not-signed-in');
    await refused(login('ann', typo), 'not-signed-in');
    for (const odd of ['', 'x', 'hf_', ' '.repeat(50_000)]) {
      await refused(test.identity.authenticateBearer(odd, caller), 'not-signed-in');
    }
    test = await openTestIdentity({ logger });
  });

  it('do not tell an account password from noise over Bearer', async () => {
    await refused(test.identity.authenticateBearer(password, caller), 'not-signed-in');
  });

  it('of another pepper are unknown', async () => {
    const { token } = await test.identity.createToken({ userId: 'ann', name: 'laptop' });
    await test.db.write((query) =>
      query.updateTable('tokens').set({ lookup: 'of another pepper' }).execute(),
    );
    await refused(login('ann', token), 'not-signed-in');
  });
});

describe('S10 guessing', () => {
  it('is slowed down by account and address, and nobody else is', async () => {
    for (let i = 0; i < 10; i++) await refused(login('ann', `guess number ${i}`), 'not-signed-in');
    const held = await login('ann', 'guess number 10').catch((error) => error);
    expect(held).toMatchObject({ code: 'too-many-requests', details: { retryAfterSeconds: 60 } });
    await refused(login(), 'too-many-requests');
    await login('ann', password, elsewhere);
    await login('bob', 'another password');
    test.clock.advance(60_000);
    await login();
  });

  it('never stops a caller whose token is good', async () => {
    const { token } = await test.identity.createToken({ userId: 'ann', name: 'laptop' });
    for (let i = 0; i < 30; i++) {
      await login('ann', `guess number ${i}`).catch(() => undefined);
      await test.identity.authenticateBearer('hf_nonsense', caller).catch(() => undefined);
    }
    await refused(login(), 'too-many-requests');
    await refused(test.identity.authenticateBearer('hf_nonsense', caller), 'too-many-requests');
    await login('ann', token);
    await test.identity.authenticateBearer(token, caller);
  });

  it('does not count an old device that keeps trying with a revoked token', async () => {
    const { token, info } = await test.identity.createToken({ userId: 'ann', name: 'laptop' });
    await test.identity.revokeToken(info.id);
    for (let i = 0; i < 30; i++) await refused(login('ann', token), 'not-signed-in');
    await login();
  });
});

describe('S19 secrets', () => {
  it('are in no log line, error or answer', async () => {
    const { token, info } = await test.identity.createToken({ userId: 'ann', name: 'laptop' });
    const said: unknown[] = [info];
    const attempts = [
      login('ann', `${password}x`),
      login('bob', token),
      login('ann', token),
      test.identity.authenticateBearer(`${token}x`, caller),
      test.identity.addAccount({ id: 'ann', password }),
      test.identity.setPassword('nobody', password),
      test.identity.addAccount({ id: 'carl', password: token }),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      said.push(attempt.status === 'fulfilled' ? attempt.value : everything(attempt.reason));
    }
    said.push(await test.identity.accounts(), await test.identity.tokens(), lines);
    const text = JSON.stringify(said);
    expect(text).not.toContain(password);
    expect(text).not.toContain(token.slice(5, 37));
    expect(text).not.toContain('argon2');
  });
});

function everything(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return { ...error, message: error.message, stack: error.stack, cause: everything(error.cause) };
}
