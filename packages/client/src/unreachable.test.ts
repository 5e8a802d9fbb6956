import { describe, expect, it } from 'vitest';
import { unreachable } from './unreachable.ts';

const failed = (code: string) =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

describe('a server that cannot be reached', () => {
  it.each([
    ['ECONNREFUSED', /Nothing answers/],
    ['ENOTFOUND', /no server of this name/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /not trusted/],
    ['CERT_HAS_EXPIRED', /has expired/],
  ])('is told in words for %s', (code, text) => {
    const error = unreachable('https://files.example/', failed(code));
    expect(error).toMatchObject({
      code: 'server-unreachable',
      details: { address: 'https://files.example/' },
    });
    expect(error.message).toMatch(text);
  });

  it('keeps the text of its code where the cause is not known', () => {
    expect(unreachable('x', failed('EWHATEVER')).details.message).toBeUndefined();
    expect(unreachable('x', 'nonsense').details.message).toBeUndefined();
  });
});
