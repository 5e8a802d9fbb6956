import { type LogFields, type Logger, systemClock, systemRandom } from '@holdfast/base';
import type { Files } from '@holdfast/files';
import type { Identity } from '@holdfast/identity';
import { openTestIdentity, type TestIdentity } from '@holdfast/identity/testing';
import type { FastifyInstance } from 'fastify';
import { createServer, defaultServerSettings, type ServerLimits, type ServerSettings } from '../index.ts';

/** A server over an identity of its own. Accounts: `ann`, and `root` who is an administrator. */
export interface TestServer {
  readonly app: FastifyInstance;
  readonly test: TestIdentity;
  readonly log: { level: string; message: string; fields: LogFields }[];
  /** Listens on a free port of the loopback; gives the port. */
  listen(): Promise<number>;
  close(): Promise<void>;
}

/** The password of every account of a test server. */
export const testPassword = 'a password for tests';

/** An `Authorization` header for Basic. */
export function basic(name: string, secret: string = testPassword): string {
  return `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;
}

/** Opens a server that is ready for `inject`. */
export async function openTestServer(
  files: Files,
  settings: Partial<Omit<ServerSettings, 'limits'>> & { limits?: Partial<ServerLimits> } = {},
  adapt: (identity: Identity) => Identity = (identity) => identity,
): Promise<TestServer> {
  const test = await openTestIdentity();
  await test.identity.addAccount({ id: 'ann', password: testPassword, displayName: 'Ann' });
  await test.identity.addAccount({ id: 'root', password: testPassword, admin: true });
  const log: TestServer['log'] = [];
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      log.push({ level, message, fields });
    };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const app = await createServer({
    files,
    identity: adapt(test.identity),
    clock: systemClock,
    random: systemRandom,
    logger,
    settings: {
      ...defaultServerSettings,
      ...settings,
      limits: { ...defaultServerSettings.limits, ...settings.limits },
    },
  });
  return {
    app,
    test,
    log,
    listen: async () => Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port),
    close: async () => {
      await app.close();
      await test.close();
    },
  };
}
