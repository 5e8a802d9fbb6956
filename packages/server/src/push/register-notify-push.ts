import { AppError } from '@holdfast/base';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { authenticate } from '../authenticate.ts';
import { ownAddress } from '../own-address.ts';
import type { ServerParts } from '../server-parts.ts';
import { NotifyPushConnection } from './notify-push-connection.ts';
import { PreAuth } from './pre-auth.ts';
import type { PushHub } from './push-hub.ts';
import { openPushSession } from './push-session.ts';
import { routeUpgrades, takeUpgrade } from './upgrades.ts';

/** Where the socket is, and where words for one use are had; clients learn it from the capabilities. */
export const notifyPushPaths = { socket: '/push/ws', preAuth: '/apps/notify_push/pre_auth' };

/** A client has only its name and its secret to send. */
const maxFrameBytes = 4 * 1024;
/** How long a client may take to say goodbye when the server stops, in milliseconds. */
const farewellMs = 1_000;
/** Connections that have not said who they are: of one address, and of all. */
const mostStrangers = { address: 16, all: 512 };

/**
 * The notify_push protocol, which clients made for Nextcloud know: a WebSocket (RFC 6455) that says
 * `notify_file` when to look. Signing in counts for the brake like everywhere else.
 */
export function registerNotifyPush(app: FastifyInstance, hub: PushHub, parts: ServerParts): void {
  const { clock, random, identity, settings } = parts;
  const preAuth = new PreAuth(clock, random);
  const strangers = new Map<string, number>();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });
  routeUpgrades(app);

  app.get(
    notifyPushPaths.socket,
    { config: { scope: 'public' }, exposeHeadRoute: false },
    (request, reply) => {
      if (comesFromOtherOrigin(request, ownAddress(request, settings))) throw new AppError('forbidden');
      const { ip } = request;
      const before = strangers.get(ip) ?? 0;
      if (before >= mostStrangers.address || strangers.size >= mostStrangers.all) {
        throw new AppError('too-many-requests', { retryAfterSeconds: 15 });
      }
      const upgrade = takeUpgrade(request.raw);
      if (!upgrade) throw new AppError('bad-request', { message: 'This address takes WebSockets only.' });
      reply.hijack();
      strangers.set(ip, before + 1);
      const known = () => {
        const left = (strangers.get(ip) ?? 1) - 1;
        if (left > 0) strangers.set(ip, left);
        else strangers.delete(ip);
      };
      const caller = { address: ip, userAgent: request.headers['user-agent'] ?? '' };
      sockets.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) => {
        const connection = new NotifyPushConnection(socket, {
          clock,
          listen: (session, channel, gone) => hub.listen(session, channel, gone),
          signIn: async (name, secret) => {
            const session = name === '' ? preAuth.redeem(secret) : undefined;
            return session ?? (await openPushSession(() => identity.authenticateBasic(name, secret, caller)));
          },
        });
        connection.awaitSignIn().then(known, known);
      });
    },
  );

  for (const base of ['', '/index.php']) {
    app.post(base + notifyPushPaths.preAuth, { config: { scope: 'files:read' } }, async (request, reply) => {
      const signIn = () => authenticate(identity, request) ?? Promise.reject(new AppError('not-signed-in'));
      return reply
        .type('text/plain; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(preAuth.issue(await openPushSession(signIn)));
    });
  }

  app.addHook('preClose', (done) => {
    const open = [...sockets.clients];
    for (const socket of open) socket.close(1001);
    sockets.close();
    if (open.length > 0)
      clock.sleep(farewellMs).then(
        () => terminate(open),
        () => terminate(open),
      );
    done();
  });
}

function terminate(sockets: readonly WebSocket[]): void {
  for (const socket of sockets) socket.terminate();
}

/** Browsers say where a page is from; one of another site must not listen in the name of who is signed in. */
function comesFromOtherOrigin(request: FastifyRequest, own: string): boolean {
  const { origin } = request.headers;
  return origin !== undefined && origin !== new URL(own).origin;
}
