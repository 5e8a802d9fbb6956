import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Ends connections that stand still: those between two requests, and those whose client does not read its
 * answer. One whose handler is merely busy has nothing in the buffer and is left alone; a body that does not
 * come is the matter of whoever reads it.
 */
export function endStalledConnections(app: FastifyInstance, idleMs: number): void {
  const open = new WeakMap<Socket, number>();
  const count = (socket: Socket, by: number) => open.set(socket, (open.get(socket) ?? 0) + by);
  app.addHook('onRequest', (request, _reply, done) => {
    count(request.raw.socket, 1);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    count(request.raw.socket, -1);
    done();
  });
  const server: Server = app.server;
  server.setTimeout(idleMs, (socket) => {
    if ((open.get(socket) ?? 0) <= 0 || socket.writableLength > 0) socket.destroy();
  });
}
