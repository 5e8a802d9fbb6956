import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

const pending = new WeakMap<IncomingMessage, { response: ServerResponse; keepAlive: boolean }>();

/**
 * Takes over `Expect: 100-continue` (RFC 9110 §10.1.1): the body is asked for only once the request has been
 * let in, so that a refused upload costs its sender nothing. Without having asked, the connection ends with the
 * answer: whether the next bytes on it are the body or another request could not be told.
 */
export function holdContinue(app: FastifyInstance): void {
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    pending.set(request, { response, keepAlive: response.shouldKeepAlive });
    response.shouldKeepAlive = false;
    app.routing(request, response);
  });
}

/** Asks for the body of a request that waits to be asked; nothing for all others. */
export function sendContinue(request: IncomingMessage): void {
  const held = pending.get(request);
  if (!held) return;
  pending.delete(request);
  held.response.shouldKeepAlive = held.keepAlive;
  if (!held.response.headersSent) held.response.writeContinue();
}

/** Whether the sender of this request still waits to be asked for the body. */
export function awaitsContinue(request: IncomingMessage): boolean {
  return pending.has(request);
}
