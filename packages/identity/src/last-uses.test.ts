import type { LogFields, Logger } from '@holdfast/base';
import { silentLogger } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestIdentity, type TestIdentity } from './testing/index.ts';

const lines: [string, LogFields | undefined][] = [];
const logger: Logger = { ...silentLogger, warn: (message, fields) => lines.push([message, fields]) };
const caller = { address: '2001:db8:1:2::9', userAgent: 'x'.repeat(1_000) };
let test: TestIdentity;

beforeEach(async () => {
  lines.length = 0;
  test = await openTestIdentity({ logger });
  await test.identity.addAccount({ id: 'ann', password: 'long enough' });
});
afterEach(() => test.close());

describe('the last use of a token', () => {
  it('that cannot be written stops nobody', async () => {
    const { token } = await test.identity.createToken({ userId: 'ann', name: 'laptop' });
    await test.identity.authenticateBearer(token, caller);
    await test.identity.close();
    await test.db.close();
    test.clock.advance(1_000);
    await test.identity.authenticateBearer(token, caller);
    await test.identity.close();
    expect(lines.map(([message]) => message)).toEqual(['last use of a token could not be written']);
    expect(JSON.stringify(lines)).not.toContain(token.slice(5, 37));
  });

  it('is kept short', async () => {
    const { token } = await test.identity.createToken({ userId: 'ann', name: 'laptop' });
    await test.identity.authenticateBearer(token, caller);
    const [info] = await test.identity.tokens('ann');
    expect(info).toMatchObject({ lastAddress: '2001:db8:1::/48', lastUserAgent: 'x'.repeat(200) });
    const another = await test.identity.createToken({ userId: 'ann', name: 'odd' });
    await test.identity.authenticateBearer(another.token, { address: 'nowhere', userAgent: '\n' });
    const odd = (await test.identity.tokens('ann')).find((token) => token.name === 'odd');
    expect(odd).toMatchObject({ lastAddress: undefined, lastUserAgent: undefined });
  });
});
