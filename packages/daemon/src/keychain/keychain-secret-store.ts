import { AppError } from '@holdfast/base';
import type { CallKeychain, KeychainAnswer, KeychainRequest } from './keychain-process.ts';
import type { LookAtLock } from './secret-service-lock.ts';
import type { SecretStore, SecretStoreState } from './secret-store.ts';

/** What the keychain of the system is reached by. */
export interface KeychainParts {
  readonly call: CallKeychain;
  readonly lookAtLock: LookAtLock;
  readonly platform: string;
}

const answerMs = 5000;
/** A person may have to type a password first. */
const promptMs = 90_000;
const trialName = 'test entry';

/** Nothing of this can keep a secret: no session bus, no service on it, no collection in the service. */
const missing =
  /autolaunch D-Bus|was not provided by any|does not exist at path|could not connect|no such file or directory/i;

/** The keychain of the system: Keychain, Credential Manager, Secret Service. */
export class KeychainSecretStore implements SecretStore {
  readonly #parts: KeychainParts;

  constructor(parts: KeychainParts) {
    this.#parts = parts;
  }

  async get(name: string): Promise<string | undefined> {
    await this.#refuseUnlessReady();
    const value = await this.#call({ operation: 'getPassword', name }, answerMs);
    if (typeof value === 'string') return value;
    // A locked Secret Service says the same as one without the secret. It lets nobody write, though.
    if (this.#parts.platform === 'linux') await this.#try();
    return undefined;
  }

  async set(name: string, secret: string): Promise<void> {
    await this.#call({ operation: 'setPassword', name, secret }, promptMs);
  }

  async delete(name: string): Promise<void> {
    await this.#refuseUnlessReady();
    await this.#call({ operation: 'deletePassword', name }, answerMs);
  }

  async state(): Promise<SecretStoreState> {
    const lock = await this.#parts.lookAtLock();
    if (lock !== 'unknown') return lock;
    try {
      await this.#call({ operation: 'getPassword', name: trialName }, answerMs);
      return 'ready';
    } catch (error) {
      return error instanceof AppError && error.code === 'keychain-missing' ? 'missing' : 'locked';
    }
  }

  async #refuseUnlessReady(): Promise<void> {
    const lock = await this.#parts.lookAtLock();
    if (lock === 'locked') throw new AppError('keychain-locked');
    if (lock === 'missing') throw new AppError('keychain-missing');
  }

  async #try(): Promise<void> {
    await this.#call({ operation: 'setPassword', name: trialName, secret: 'nothing secret' }, answerMs);
    await this.#call({ operation: 'deletePassword', name: trialName }, answerMs);
  }

  async #call(request: KeychainRequest, limitMs: number): Promise<string | boolean | null> {
    const answer = await this.#parts.call(request, limitMs);
    if ('value' in answer) return answer.value;
    throw refusal(answer);
  }
}

/** What is not understood counts as locked: that is tried again, and signs nobody out (R17). */
function refusal(answer: Exclude<KeychainAnswer, { value: unknown }>): AppError {
  if ('silent' in answer) {
    return new AppError('keychain-locked', {
      message: 'The keychain of this computer does not answer. Unlock it; syncing goes on by itself then.',
    });
  }
  if ('unusable' in answer) return new AppError('keychain-missing', { keychain: answer.unusable });
  const code = missing.test(answer.error) ? 'keychain-missing' : 'keychain-locked';
  return new AppError(code, { keychain: answer.error });
}
