import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestIdentity, type TestIdentity, testPasswordCost } from './testing/index.ts';

const caller = { address: '192.0.2.7', userAgent: 'test' };
let test: TestIdentity;

beforeEach(async () => {
  test = await openTestIdentity();
});
afterEach(() => test.close());

describe('accounts', () => {
  it('are added, listed and read', async () => {
    const added = await test.identity.addAccount({ id: 'ann', password: 'long enough', quotaBytes: 5 });
    expect(added).toEqual({
      id: 'ann',
      displayName: 'ann',
      admin: false,
      disabled: false,
      quotaBytes: 5,
      createdAt: test.clock.now(),
    });
    await test.identity.addAccount({
      id: 'root',
      password: 'long enough',
      admin: true,
      displayName: ' The Boss ',
    });
    expect(await test.identity.account('ann')).toEqual(added);
    expect((await test.identity.accounts()).map((account) => [account.id, account.displayName])).toEqual([
      ['ann', 'ann'],
      ['root', 'The Boss'],
    ]);
  });

  it.each(['', 'Ann', '.ann', 'a b', 'a/b', 'ä', 'a'.repeat(65), '..', 'a\n'])(
    'refuse the name %j',
    async (id) => {
      await expect(test.identity.addAccount({ id, password: 'long enough' })).rejects.toMatchObject({
        code: 'bad-value',
      });
    },
  );

  it.each([
    ['1234567', 'weak-password'],
    ['🔒🔒🔒🔒', 'weak-password'],
    ['x'.repeat(1025), 'bad-value'],
    [`hf_d_${'a'.repeat(32)}_abcdef`, 'bad-value'],
  ])('refuse the password %j', async (password, code) => {
    await expect(test.identity.addAccount({ id: 'ann', password })).rejects.toMatchObject({ code });
  });

  it('refuse odd quotas and display names', async () => {
    for (const quotaBytes of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(
        test.identity.addAccount({ id: 'ann', password: 'long enough', quotaBytes }),
      ).rejects.toMatchObject({ code: 'bad-value' });
    }
    for (const displayName of [' ', 'x'.repeat(129), 'a\nb']) {
      await expect(
        test.identity.addAccount({ id: 'ann', password: 'long enough', displayName }),
      ).rejects.toMatchObject({ code: 'bad-value' });
    }
  });

  it('cannot be added twice, even at the same time', async () => {
    const results = await Promise.allSettled(
      ['one password', 'two password'].map((password) => test.identity.addAccount({ id: 'ann', password })),
    );
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.reason).toMatchObject({ code: 'already-exists' });
  });

  it('that are missing are not found', async () => {
    for (const attempt of [
      () => test.identity.account('nobody'),
      () => test.identity.setPassword('nobody', 'long enough'),
      () => test.identity.setDisabled('nobody', true),
      () => test.identity.setAdmin('nobody', true),
      () => test.identity.createToken({ userId: 'nobody', name: 'x' }),
      () => test.identity.revokeToken('nothing'),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  it('S17 raise an old hash at the next login', async () => {
    await test.identity.addAccount({ id: 'ann', password: 'long enough' });
    const hash = () =>
      test.db.read((query) => query.selectFrom('users').select('password_hash').executeTakeFirstOrThrow());
    const before = await hash();
    const stricter = test.second({ passwordCost: { ...testPasswordCost, passes: 2 } });
    await stricter.authenticateBasic('ann', 'long enough', caller);
    const after = await hash();
    expect(before.password_hash).toContain('t=1');
    expect(after.password_hash).toContain('t=2');
    await stricter.authenticateBasic('ann', 'long enough', caller);
    expect(await hash()).toEqual(after);
    await test.identity.authenticateBasic('ann', 'long enough', caller);
  });
});
