import { manualClock, seededRandom } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { CredentialCache, type VerifiedCredential } from './credential-cache.ts';

const limits = { entries: 3, freshMs: 100, verifiedMs: 1_000 };
const open = () => {
  const clock = manualClock();
  return { clock, cache: new CredentialCache({ clock, random: seededRandom(1) }, limits) };
};
const credential: VerifiedCredential = {
  principal: {
    userId: 'ann',
    displayName: 'Ann',
    admin: false,
    via: 'password',
    tokenId: undefined,
    scopes: [],
    within: undefined,
  },
  passwordHash: 'hash',
  token: undefined,
};

describe('the cache of good credentials', () => {
  it('names a credential by all of it, and by nothing that can be read back', () => {
    const { cache } = open();
    const names = [
      ['ann', 'secret'],
      ['an', 'nsecret'],
      ['annsecret', ''],
      ['', 'annsecret'],
      ['ann', 'Secret'],
    ].map(([name = '', secret = '']) => cache.keyOf(name, secret));
    expect(new Set(names).size).toBe(names.length);
    expect(names.join()).not.toContain('secret');
    const another = new CredentialCache({ clock: manualClock(), random: seededRandom(2) });
    expect(another.keyOf('ann', 'secret')).not.toBe(names[0]);
  });

  it('believes an entry for a moment, then wants its rows looked at, then forgets it', () => {
    const { cache, clock } = open();
    cache.keep('k', credential, cache.generation);
    expect(cache.find('k')).toEqual({ credential, fresh: true });
    clock.advance(100);
    expect(cache.find('k')).toEqual({ credential, fresh: false });
    cache.keep('k', credential, cache.generation, true);
    expect(cache.find('k')?.fresh).toBe(true);
    clock.advance(900);
    expect(cache.find('k')).toBeUndefined();
  });

  it('does not let looking at the rows prolong a check of the password', () => {
    const { cache, clock } = open();
    cache.keep('k', credential, cache.generation);
    for (let i = 0; i < 9; i++) {
      clock.advance(100);
      expect(cache.find('k')?.fresh).toBe(false);
      cache.keep('k', credential, cache.generation, true);
    }
    clock.advance(100);
    expect(cache.find('k')).toBeUndefined();
  });

  it('believes nothing after a change, and keeps nothing that was read before it', () => {
    const { cache } = open();
    cache.keep('old', credential, cache.generation);
    const before = cache.generation;
    cache.changed();
    expect(cache.find('old')?.fresh).toBe(false);
    cache.keep('late', credential, before);
    expect(cache.find('late')).toBeUndefined();
    cache.forget('old');
    expect(cache.find('old')).toBeUndefined();
  });

  it('holds a bounded number of entries, the latest', () => {
    const { cache } = open();
    for (const key of ['1', '2', '3', '4', '5']) cache.keep(key, credential, cache.generation);
    expect(['1', '2', '3', '4', '5'].filter((key) => cache.find(key))).toEqual(['3', '4', '5']);
  });
});
