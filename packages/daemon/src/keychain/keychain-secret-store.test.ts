import { describe, expect, it } from 'vitest';
import type { CallKeychain, KeychainAnswer, KeychainRequest } from './keychain-process.ts';
import { KeychainSecretStore } from './keychain-secret-store.ts';
import type { KeychainLock } from './secret-service-lock.ts';

/** A Secret Service as its library shows it: locked, it says `null` and lets nobody write. */
class FakeService {
  readonly secrets = new Map<string, string>();
  readonly asked: KeychainRequest[] = [];
  locked = false;
  answer: KeychainAnswer | undefined;

  readonly call: CallKeychain = async (request) => {
    this.asked.push(request);
    if (this.answer !== undefined) return this.answer;
    const { operation, name, secret = '' } = request;
    if (operation === 'getPassword') return { value: this.locked ? null : (this.secrets.get(name) ?? null) };
    if (this.locked) return { error: 'Cannot create an item in a locked collection' };
    if (operation === 'setPassword') this.secrets.set(name, secret);
    else return { value: this.secrets.delete(name) };
    return { value: null };
  };
}

function store(service: FakeService, lock?: () => KeychainLock, platform = 'linux') {
  const lookAtLock = async () => lock?.() ?? (service.locked ? 'locked' : 'ready');
  return new KeychainSecretStore({ call: service.call, lookAtLock, platform });
}

describe('the keychain', () => {
  it('keeps, replaces and forgets secrets, and leaves no trial entry behind', async () => {
    const service = new FakeService();
    const keychain = store(service);
    await keychain.set('a', 'one');
    await keychain.set('a', 'two');
    expect(await keychain.get('a')).toBe('two');
    await keychain.delete('a');
    expect(await keychain.get('a')).toBeUndefined();
    expect(service.secrets.size).toBe(0);
    expect(await keychain.state()).toBe('ready');
  });

  it('R17 a locked one is never "no token", whether its lock can be looked at or not', async () => {
    const service = new FakeService();
    await store(service).set('a', 'one');
    service.locked = true;
    for (const lock of [undefined, (): KeychainLock => 'unknown']) {
      await expect(store(service, lock).get('a')).rejects.toMatchObject({ code: 'keychain-locked' });
    }
    expect(await store(service).state()).toBe('locked');
    service.locked = false;
    expect(await store(service).get('a')).toBe('one');
  });

  it('asks no person for a secret in the background: a locked one is not even called', async () => {
    const service = new FakeService();
    service.locked = true;
    await expect(store(service).get('a')).rejects.toMatchObject({ code: 'keychain-locked' });
    await expect(store(service).delete('a')).rejects.toMatchObject({ code: 'keychain-locked' });
    expect(service.asked).toEqual([]);
  });

  it.each([
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'keychain-missing'],
    ['The name org.freedesktop.secrets was not provided by any .service files', 'keychain-missing'],
    ['Object does not exist at path “/org/freedesktop/secrets/collection/login”', 'keychain-missing'],
    ['Cannot create an item in a locked collection', 'keychain-locked'],
    ['User interaction is not allowed.', 'keychain-locked'],
    ['something that nobody has seen before', 'keychain-locked'],
  ])('says %s as %s', async (error, code) => {
    const service = new FakeService();
    service.answer = { error };
    const keychain = store(service, () => 'unknown');
    await expect(keychain.get('a')).rejects.toMatchObject({ code });
    await expect(keychain.set('a', 'very secret')).rejects.toMatchObject({
      code,
      message: expect.not.stringContaining('very secret'),
    });
  });

  it('a library that cannot be loaded keeps no secrets', async () => {
    const service = new FakeService();
    service.answer = { unusable: 'libsecret-1.so.0: cannot open shared object file' };
    await expect(store(service).set('a', 'b')).rejects.toMatchObject({ code: 'keychain-missing' });
  });

  it('R17 one that does not answer counts as locked', async () => {
    const service = new FakeService();
    service.answer = { silent: true };
    await expect(store(service, () => 'ready').get('a')).rejects.toMatchObject({ code: 'keychain-locked' });
    expect(await store(service, () => 'unknown').state()).toBe('locked');
  });

  it('elsewhere than on Linux an answer of nothing is one', async () => {
    const service = new FakeService();
    expect(await store(service, () => 'unknown', 'darwin').get('a')).toBeUndefined();
    expect(service.asked).toHaveLength(1);
  });
});
