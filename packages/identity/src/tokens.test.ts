import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestIdentity, type TestIdentity } from './testing/index.ts';

const day = 86_400_000;
const caller = { address: '192.0.2.7', userAgent: 'Client/1\u0000.0' };
let test: TestIdentity;

beforeEach(async () => {
  test = await openTestIdentity();
  await test.identity.addAccount({ id: 'ann', password: 'long enough' });
});
afterEach(() => test.close());

const make = (options: Partial<Parameters<TestIdentity['identity']['createToken']>[0]> = {}) =>
  test.identity.createToken({ userId: 'ann', name: 'laptop', ...options });
const stateOf = async (id: string) => (await test.identity.tokens()).find((info) => info.id === id)?.state;

describe('S6 tokens', () => {
  it('are shown once and stored only as a keyed hash', async () => {
    const { token, info } = await make();
    expect(token).toMatch(/^hf_d_/);
    expect(info).toMatchObject({
      userId: 'ann',
      name: 'laptop',
      kind: 'device',
      scopes: ['files:delete', 'files:read', 'files:write', 'profile:read'],
      within: undefined,
      state: 'active',
      lastUsedAt: undefined,
    });
    const stored = await test.db.read((query) => query.selectFrom('tokens').selectAll().execute());
    expect(JSON.stringify(stored)).not.toContain(token.slice(5, 37));
    expect(stored[0]?.lookup).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(await test.identity.tokens())).not.toContain(token.slice(5, 37));
  });

  it('hold the scopes and folders they were given', async () => {
    const { token } = await make({ kind: 'app', scopes: ['files:write'], within: [4, 9, 4] });
    expect(token).toMatch(/^hf_a_/);
    const principal = await test.identity.authenticateBearer(token, caller);
    expect(principal).toMatchObject({
      userId: 'ann',
      via: 'token',
      admin: false,
      scopes: ['files:read', 'files:write'],
      within: [4, 9],
    });
    const nothing = await make({ scopes: [], within: [] });
    expect(await test.identity.authenticateBearer(nothing.token, caller)).toMatchObject({
      scopes: [],
      within: [],
    });
  });

  it('tell whoever watches that one was revoked, after it counts', async () => {
    const { token, info } = await make();
    let outcome: Promise<unknown> | undefined;
    const watching = test.identity.onChange(() => {
      outcome = test.identity.authenticateBearer(token, caller).catch((error: unknown) => error);
    });
    await test.identity.revokeToken(info.id);
    expect(await outcome).toMatchObject({ code: 'not-signed-in' });
    watching[Symbol.dispose]();
    outcome = undefined;
    await make();
    expect(outcome).toBeUndefined();
  });

  it.each([
    { name: '' },
    { name: 'x'.repeat(129) },
    { name: 'a\u0007' },
    { kind: 'toString' as 'app' },
    { scopes: ['account:password' as 'files:read'] },
    { within: [0] },
    { within: [1.5] },
    { within: Array.from({ length: 101 }, (_, i) => i + 1) },
    { expiresAt: 5 },
    { expiresAt: Number.NaN },
  ])('refuse %j', async (options) => {
    await expect(make(options)).rejects.toMatchObject({ code: 'bad-value' });
    expect(await test.identity.tokens()).toEqual([]);
  });

  it('are at most 100 active an account, even when asked for at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 103 }, () => make({ kind: 'app' })));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(3);
    expect(refused[0]?.reason).toMatchObject({ code: 'conflict' });
    const [first] = await test.identity.tokens('ann');
    await test.identity.revokeToken(first?.id ?? '');
    await make();
    await expect(make()).rejects.toMatchObject({ code: 'conflict' });
  });

  it('end when they expire, also while they are known to be good', async () => {
    const { token, info } = await make({ expiresAt: test.clock.now() + 1_000 });
    await test.identity.authenticateBearer(token, caller);
    test.clock.advance(999);
    await test.identity.authenticateBearer(token, caller);
    test.clock.advance(1);
    await expect(test.identity.authenticateBearer(token, caller)).rejects.toMatchObject({
      code: 'token-expired',
    });
    expect(await stateOf(info.id)).toBe('expired');
  });

  it('of devices end after 180 days without use; of apps they do not', async () => {
    const device = await make();
    const app = await make({ kind: 'app' });
    test.clock.advance(179 * day);
    await test.identity.authenticateBearer(device.token, caller);
    await settled();
    test.clock.advance(179 * day);
    await test.identity.authenticateBearer(device.token, caller);
    test.clock.advance(180 * day);
    await expect(test.identity.authenticateBearer(device.token, caller)).rejects.toMatchObject({
      code: 'token-expired',
    });
    expect(await stateOf(device.info.id)).toBe('idle');
    await test.identity.authenticateBearer(app.token, caller);
  });

  it('end at once when they are revoked', async () => {
    const { token, info } = await make();
    await test.identity.authenticateBearer(token, caller);
    await test.identity.revokeToken(info.id);
    await expect(test.identity.authenticateBearer(token, caller)).rejects.toMatchObject({
      code: 'not-signed-in',
    });
    await test.identity.revokeToken(info.id);
    expect(await stateOf(info.id)).toBe('revoked');
  });

  it('that another process revokes end within seconds', async () => {
    const { token, info } = await make();
    await test.identity.authenticateBearer(token, caller);
    await test.second().revokeToken(info.id);
    test.clock.advance(2_000);
    await expect(test.identity.authenticateBearer(token, caller)).rejects.toMatchObject({
      code: 'not-signed-in',
    });
  });

  it('survive a new password unless they are to end with it', async () => {
    const { token } = await make();
    await test.identity.setPassword('ann', 'another one');
    await test.identity.authenticateBearer(token, caller);
    await test.identity.setPassword('ann', 'yet another', { revokeTokens: true });
    await expect(test.identity.authenticateBearer(token, caller)).rejects.toMatchObject({
      code: 'not-signed-in',
    });
  });

  it('rest while the account is disabled, and none is made for it', async () => {
    const { token } = await make();
    await test.identity.authenticateBearer(token, caller);
    await test.identity.setDisabled('ann', true);
    await expect(test.identity.authenticateBearer(token, caller)).rejects.toMatchObject({
      code: 'account-disabled',
    });
    await expect(make()).rejects.toMatchObject({ code: 'account-disabled' });
    await test.identity.setDisabled('ann', false);
    await test.identity.authenticateBearer(token, caller);
  });

  it('show when, where from and by what they were last used, the address shortened', async () => {
    const { token } = await make();
    await test.identity.authenticateBearer(token, caller);
    const [info] = await test.identity.tokens('ann');
    expect(info).toMatchObject({
      lastUsedAt: test.clock.now(),
      lastAddress: '192.0.2.0/24',
      lastUserAgent: 'Client/1.0',
    });
  });

  it('write their last use at most once a minute, and the rest at the end', async () => {
    const { token } = await make();
    const start = test.clock.now();
    await test.identity.authenticateBearer(token, caller);
    await settled();
    test.clock.advance(30_000);
    await test.identity.authenticateBearer(token, caller);
    await settled();
    expect(await storedUse()).toBe(start);
    test.clock.advance(30_000);
    await test.identity.authenticateBearer(token, caller);
    await settled();
    expect(await storedUse()).toBe(start + 60_000);
    test.clock.advance(1);
    await test.identity.authenticateBearer(token, caller);
    await test.identity.close();
    expect(await storedUse()).toBe(start + 60_001);
  });
});

/** Writes run one after another: when one more has run, those begun before have. */
async function settled(): Promise<void> {
  await test.db.write(async () => undefined);
}

async function storedUse(): Promise<number | null | undefined> {
  const found = await test.db.read((query) =>
    query.selectFrom('tokens').select('last_used_at').executeTakeFirst(),
  );
  return found?.last_used_at;
}
