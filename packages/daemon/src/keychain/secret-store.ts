/** Whether secrets can be read: `locked` waits for a person who unlocks it, `missing` cannot keep any. */
export type SecretStoreState = 'ready' | 'locked' | 'missing';

/**
 * Keeps secrets of this computer's user. Nothing of a secret is in an error, a log or the arguments of a process.
 *
 * All throw AppError `keychain-locked` when it cannot be read now (R17: this never means that there is none), and
 * `keychain-missing` when it keeps no secrets at all. All end within a limited time.
 */
export interface SecretStore {
  /** The secret; undefined only when it is known not to be there. Never asks a person. */
  get(name: string): Promise<string | undefined>;
  /** Keeps a secret durably, in the place of an earlier one. The system may ask the person to unlock. */
  set(name: string, secret: string): Promise<void>;
  /** Forgets a secret. Idempotent. */
  delete(name: string): Promise<void>;
  /** Never throws, never asks a person. */
  state(): Promise<SecretStoreState>;
}
