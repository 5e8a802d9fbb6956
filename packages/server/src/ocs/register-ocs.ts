import { AppError } from '@holdfast/base';
import type { Account } from '@holdfast/identity';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../actor-of.ts';
import { ownAddress } from '../own-address.ts';
import type { ServerParts } from '../server-parts.ts';
import { capabilitiesFor } from './capabilities.ts';
import { requireOcsHeader } from './ocs-request.ts';
import { type OcsValue, sendOcs } from './render-ocs.ts';

type Handler = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | Promise<FastifyReply>;

/** The part of OCS that sync clients ask for, in both generations. */
export function registerOcs(app: FastifyInstance, parts: ServerParts): void {
  const get = (path: string, scope: 'public' | 'profile:read', handler: Handler) =>
    register(app, 'GET', path, scope, handler);

  get('/cloud/capabilities', 'public', (request, reply) =>
    sendOcs(
      request,
      reply,
      capabilitiesFor(parts, request.headers['user-agent'] ?? '', ownAddress(request, parts.settings)),
    ),
  );
  get('/cloud/user', 'profile:read', async (request, reply) => {
    const account = await parts.identity.account(actorOf(request.principal).userId);
    return sendOcs(request, reply, await userData(parts, request, account));
  });
  get('/cloud/users/:id', 'profile:read', async (request, reply) => {
    const { id } = request.params as { id: string };
    const principal = request.principal;
    const own = principal?.userId === id;
    if (!own && !(principal?.admin && principal.via === 'password')) throw new AppError('forbidden');
    return sendOcs(request, reply, await userData(parts, request, await parts.identity.account(id)));
  });
  get('/core/navigation/apps', 'profile:read', (request, reply) => sendOcs(request, reply, []));
  register(app, 'DELETE', '/core/apppassword', 'profile:read', async (request, reply) => {
    const tokenId = request.principal?.tokenId;
    if (tokenId === undefined) throw new AppError('forbidden');
    await parts.identity.revokeToken(tokenId);
    return sendOcs(request, reply, []);
  });
}

function register(
  app: FastifyInstance,
  method: string,
  path: string,
  scope: 'public' | 'profile:read',
  handler: Handler,
): void {
  for (const base of ['/ocs/v1.php', '/ocs/v2.php', '/index.php/ocs/v1.php', '/index.php/ocs/v2.php']) {
    app.route({
      method,
      url: base + path,
      config: { scope },
      // The outcome is in the body: an answer without one would say nothing.
      exposeHeadRoute: false,
      handler: (request, reply) => {
        requireOcsHeader(request);
        return handler(request, reply);
      },
    });
  }
}

async function userData(
  parts: ServerParts,
  request: FastifyRequest,
  account: Account,
): Promise<{ readonly [key: string]: OcsValue }> {
  return {
    enabled: !account.disabled,
    id: account.id,
    backend: 'Database',
    subadmin: [],
    quota: await quotaOf(parts, request, account),
    email: null,
    displayname: account.displayName,
    'display-name': account.displayName,
    groups: account.admin ? ['admin'] : [],
    language: 'en',
    locale: 'en',
    backendCapabilities: { setDisplayName: false, setPassword: false },
  };
}

/** Bytes; -3 stands for "no limit" in this dialect. A token without file access learns nothing of the usage. */
async function quotaOf(parts: ServerParts, request: FastifyRequest, account: Account): Promise<OcsValue> {
  const actor = actorOf(request.principal);
  const { used, limit } = actor.read
    ? await parts.files.quota({ userId: account.id, read: true, write: false, delete: false })
    : { used: 0, limit: account.quotaBytes };
  if (limit === undefined) return { free: -3, used, total: -3, relative: 0, quota: -3 };
  const relative = limit === 0 ? 100 : Math.round((used / limit) * 10_000) / 100;
  return { free: Math.max(0, limit - used), used, total: limit, relative, quota: limit };
}
