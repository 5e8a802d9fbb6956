import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

const pending = new WeakMap<IncomingMessage, ServerResponse>();

/**
 * Takes over `Expect: 100-continue` (RFC 9110 §10.1.1): the body is asked for only once the request has been
 * let in, so that a refused upload costs its sender nothing.
 */
export function holdContinue(app: FastifyInstance): void {
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    pending.set(request, response);
    app.routing(request, response);
  });
}

/** Asks for the body of a request that waits to be asked; nothing for all others. */
export function sendContinue(request: IncomingMessage): void {
  const response = pending.get(request);
  if (!response) return;
  pending.delete(request);
  if (!response.headersSent) response.writeContinue();
}

/** Whether the sender of this request still waits to be asked for the body. */
export function awaitsContinue(request: IncomingMessage): boolean {
  return pending.has(request);
}
