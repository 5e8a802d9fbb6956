import { AppError } from '@holdfast/base';
import type { SecretStore, SecretStoreState } from '../keychain/secret-store.ts';

/** A keychain in memory, which can be locked or taken away. */
export class MemorySecretStore implements SecretStore {
  readonly secrets = new Map<string, string>();
  now: SecretStoreState = 'ready';

  async get(name: string): Promise<string | undefined> {
    this.#refuse();
    return this.secrets.get(name);
  }

  async set(name: string, secret: string): Promise<void> {
    this.#refuse();
    this.secrets.set(name, secret);
  }

  async delete(name: string): Promise<void> {
    this.#refuse();
    this.secrets.delete(name);
  }

  async state(): Promise<SecretStoreState> {
    return this.now;
  }

  #refuse(): void {
    if (this.now === 'ready') return;
    throw new AppError(this.now === 'locked' ? 'keychain-locked' : 'keychain-missing');
  }
}
