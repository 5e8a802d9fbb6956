import { errorCodes, grantableScopes, type RouteScope, type Scope } from '@holdfast/protocol';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RouteEntry, requireRouteScopes } from './route-scope.ts';
import { emptyFiles } from './testing/empty-files.ts';
import { basic, openTestServer, type TestServer } from './testing/open-test-server.ts';

interface Caller {
  readonly name: string;
  readonly authorization: string | undefined;
  /** What the caller may use besides public routes; undefined for one who does not get in at all. */
  readonly holds: readonly RouteScope[] | undefined;
}

const store = emptyFiles();
let server: TestServer;
let callers: Caller[];

beforeAll(async () => {
  server = await openTestServer(store.files, {}, (identity) => ({
    ...identity,
    // The route that ends the caller's own token would end those that the sweep goes on with.
    revokeToken: async () => undefined,
  }));
  callers = await makeCallers(server);
});
afterAll(() => server.close());

describe('S6 every route', () => {
  it('has to declare its scope, or the server does not start', async () => {
    const app = fastify();
    requireRouteScopes(app, (_scope, _request, _reply, done) => done());
    expect(() => app.get('/x', async () => 'x')).toThrow(/\/x declares no scope/);
    expect(() => app.get('/y', { config: { scope: 'all' as RouteScope } }, async () => 'y')).toThrow(
      /\/y declares no scope/,
    );
    await app.close();
  });

  it('that anyone may use is on this list', () => {
    const open = new Set(
      server.app.routeTable.filter((route) => route.scope === 'public').map((route) => route.url),
    );
    expect([...open].sort()).toEqual([
      '/',
      '/.well-known/caldav',
      '/.well-known/carddav',
      '/.well-known/webdav',
      '/healthz',
      '/index.php/204',
      '/index.php/ocs/v1.php/cloud/capabilities',
      '/index.php/ocs/v2.php/cloud/capabilities',
      '/index.php/status.php',
      '/ocs/v1.php/cloud/capabilities',
      '/ocs/v2.php/cloud/capabilities',
      // Name and secret come in the first two frames.
      '/push/ws',
      '/status.php',
    ]);
  });

  it('lets in exactly the callers that hold its scope, and asks the tree nothing for the others', async () => {
    const wrong: string[] = [];
    for (const route of server.app.routeTable) {
      for (const caller of callers) {
        store.calls.length = 0;
        const got = await outcome(route, caller);
        const expected = expectedOutcome(route, caller);
        const asked = expected === 'let in' ? [] : store.calls;
        if (got !== expected || asked.length > 0) {
          wrong.push(
            `${route.method} ${route.url} (${route.scope}) by ${caller.name}: ${got}, asked ${asked}`,
          );
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(server.app.routeTable.map((route) => route.url)).toContain('/api/v1/events');
    expect(server.app.routeTable.length).toBeGreaterThan(20);
  });
});

/** Written down again here on purpose, and not asked of the code under test. */
function expectedOutcome(route: RouteEntry, caller: Caller): string {
  if (route.scope === 'public') return 'let in';
  if (caller.holds === undefined) return 'not signed in';
  return caller.holds.includes(route.scope) ? 'let in' : 'scope missing';
}

async function outcome(route: RouteEntry, caller: Caller): Promise<string> {
  const url = route.url.replace('*', 'some/place').replace(/:\w+/g, 'ann');
  const answer = await server.app.inject({
    method: route.method as 'GET',
    url,
    // An answer that goes on for ever is let in like any other.
    payloadAsStream: true,
    headers: {
      'ocs-apirequest': 'true',
      ...(caller.authorization === undefined ? {} : { authorization: caller.authorization }),
    },
  });
  // The brake holds whoever keeps trying a wrong password.
  if (answer.statusCode === 401 || answer.statusCode === 429) return 'not signed in';
  if (answer.headers['content-type']?.startsWith('text/event-stream')) {
    answer.stream().destroy();
    return 'let in';
  }
  const refused =
    route.method === 'HEAD'
      ? answer.statusCode === 403
      : (await answer.stream().toArray()).join('').includes(errorCodes['scope-missing'].text);
  return refused ? 'scope missing' : 'let in';
}

async function makeCallers({ test }: TestServer): Promise<Caller[]> {
  const { identity, clock } = test;
  await identity.addAccount({ id: 'gone', password: 'a password for tests' });
  const token = async (userId: string, scopes: readonly Scope[], expiresAt?: number) => {
    const made = await identity.createToken({
      userId,
      name: scopes.join() || 'none',
      scopes,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    return made.token;
  };
  const callers: Caller[] = [
    { name: 'nobody', authorization: undefined, holds: undefined },
    { name: 'noise', authorization: 'Basic !!!', holds: undefined },
    { name: 'another scheme', authorization: 'Digest username="ann"', holds: undefined },
    { name: 'a wrong password', authorization: basic('nobody'), holds: undefined },
    { name: 'a person', authorization: basic('ann'), holds: [...grantableScopes, 'session'] },
    {
      name: 'an administrator',
      authorization: basic('root'),
      holds: [...grantableScopes, 'session', 'admin'],
    },
    { name: 'a disabled person', authorization: basic('gone'), holds: undefined },
    {
      name: 'a token of a disabled person',
      authorization: `Bearer ${await token('gone', grantableScopes)}`,
      holds: undefined,
    },
  ];
  await identity.setDisabled('gone', true);
  const sets: (readonly Scope[])[] = [[], ...grantableScopes.map((scope) => [scope]), grantableScopes];
  for (const owner of ['ann', 'root']) {
    for (const set of sets) {
      const secret = await token(owner, set);
      const holds: RouteScope[] = [...set];
      if (set.some((scope) => scope === 'files:write' || scope === 'files:delete')) holds.push('files:read');
      callers.push({ name: `Bearer [${set}] of ${owner}`, authorization: `Bearer ${secret}`, holds });
      callers.push({ name: `Basic [${set}] of ${owner}`, authorization: basic(owner, secret), holds });
    }
  }
  const expired = await token('ann', grantableScopes, clock.now() + 1);
  const revoked = await identity.createToken({ userId: 'ann', name: 'revoked' });
  await identity.revokeToken(revoked.info.id);
  clock.advance(1);
  callers.push({ name: 'an expired token', authorization: `Bearer ${expired}`, holds: undefined });
  callers.push({ name: 'a revoked token', authorization: `Bearer ${revoked.token}`, holds: undefined });
  return callers;
}
