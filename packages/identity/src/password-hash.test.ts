import { systemRandom } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { defaultPasswordCost } from './password-cost.ts';
import { decoyHash, hashPassword, isCheaper, verifyPassword } from './password-hash.ts';

const cheap = { memory: 64, passes: 1, lanes: 1 };

describe('S17 password hashes', () => {
  it('are argon2id with 19 MiB, two passes and one lane', async () => {
    const hash = await hashPassword('correct horse', defaultPasswordCost, systemRandom);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(await verifyPassword('correct horse', hash)).toBe(true);
    expect(await verifyPassword('correct horsf', hash)).toBe(false);
  });

  it('verify what other implementations wrote', async () => {
    // From the tests of the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword('password', hash)).toBe(true);
  });

  it('have a decoy that nothing fits, of the same cost', async () => {
    const decoy = decoyHash(cheap);
    expect(decoy).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/);
    for (const guess of ['', 'password']) expect(await verifyPassword(guess, decoy)).toBe(false);
  });

  it('differ for the same password', async () => {
    expect(await hashPassword('same', cheap, systemRandom)).not.toBe(
      await hashPassword('same', cheap, systemRandom),
    );
  });

  it('do not depend on how the keyboard composes letters', async () => {
    const hash = await hashPassword('pässwort', cheap, systemRandom);
    expect(await verifyPassword('pa\u0308sswort', hash)).toBe(true);
  });

  it('are renewed when any parameter rose', async () => {
    const hash = await hashPassword('x', cheap, systemRandom);
    expect(isCheaper(hash, cheap)).toBe(false);
    expect(isCheaper(hash, { ...cheap, passes: 2 })).toBe(true);
    expect(isCheaper(hash, { ...cheap, memory: 65 })).toBe(true);
    expect(isCheaper(hash, { memory: 32, passes: 1, lanes: 1 })).toBe(false);
  });

  it('that are damaged are told as damage, not as a wrong password', async () => {
    for (const bad of ['', 'x', '$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAA']) {
      await expect(verifyPassword('x', bad)).rejects.toMatchObject({ code: 'store-damaged' });
    }
  });
});
