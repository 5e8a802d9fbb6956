import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';

/** A connection that is to change its protocol (RFC 9110 §7.8), and what came with the request already. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, { upgrade: Upgrade; response: ServerResponse }>();

/** Whether a request asks for a WebSocket at `path`. All other wishes to upgrade are passed over, as they may be. */
export function wantsWebSocket(request: IncomingMessage, path: string): boolean {
  const wished = request.headers.upgrade?.trim().toLowerCase() === 'websocket';
  return wished && request.method === 'GET' && (request.url ?? '').split('?', 1)[0] === path;
}

/** Sends requests that ask for an upgrade through hooks, gates and routes like all others. */
export function routeUpgrades(app: FastifyInstance): void {
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    // Refused: the answer goes out as on any other connection, which then ends.
    response.once('finish', () => socket.end());
    socket.once('error', () => socket.destroy());
    response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
    upgrades.set(request, { upgrade: { socket, head }, response });
    app.routing(request, response);
  });
}

/** Takes the connection of a request over from HTTP; undefined for one that asks for no upgrade. Once only. */
export function takeUpgrade(request: IncomingMessage): Upgrade | undefined {
  const found = upgrades.get(request);
  if (!found) return undefined;
  upgrades.delete(request);
  const { response, upgrade } = found;
  response.detachSocket(upgrade.socket as Parameters<ServerResponse['detachSocket']>[0]);
  return upgrade;
}
