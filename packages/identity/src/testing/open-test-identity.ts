import type { Logger } from '@holdfast/base';
import { silentLogger, systemRandom } from '@holdfast/base';
import { manualClock } from '@holdfast/base/testing';
import { openTestDb, type TestDb } from '@holdfast/db/testing';
import { createIdentity, defaultIdentitySettings } from '../create-identity.ts';
import type { Identity } from '../identity.ts';
import type { IdentitySettings } from '../identity-parts.ts';

/** An identity over an empty database of its own, with cheap password hashes and a clock that is moved by hand. */
export interface TestIdentity {
  readonly identity: Identity;
  readonly db: TestDb;
  readonly clock: ReturnType<typeof manualClock>;
  /** Another identity over the same database: what a second process would be. */
  second(settings?: Partial<IdentitySettings>): Identity;
  close(): Promise<void>;
}

/** A cost that keeps tests quick. */
export const testPasswordCost = { memory: 64, passes: 1, lanes: 1 } as const;

/** Opens a TestIdentity. */
export async function openTestIdentity(
  options: { settings?: Partial<IdentitySettings>; logger?: Logger } = {},
): Promise<TestIdentity> {
  const db = await openTestDb();
  const clock = manualClock();
  const pepper = new Uint8Array(32).fill(7);
  const build = (settings: Partial<IdentitySettings> = {}) =>
    createIdentity({
      db,
      clock,
      random: systemRandom,
      logger: options.logger ?? silentLogger,
      pepper,
      settings: {
        ...defaultIdentitySettings,
        passwordCost: testPasswordCost,
        ...options.settings,
        ...settings,
      },
    });
  const identity = build();
  return {
    identity,
    db,
    clock,
    second: build,
    close: async () => {
      await identity.close();
      await db.close();
    },
  };
}
