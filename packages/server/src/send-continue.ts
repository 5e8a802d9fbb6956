import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

const pending = new WeakMap<IncomingMessage, { response: ServerResponse; keepAlive: boolean }>();
const splitting = new WeakMap<IncomingMessage, ServerResponse>();

/**
 * Clients that write the head and the body of an upload apart with Nagle's algorithm on: the body waits for the
 * acknowledgement of the head, which the system delays by some 40 ms. A `100 Continue` nobody asked for, which
 * every client has to expect (RFC 9110 §15.2), takes the acknowledgement along at once.
 */
const splitsUploads = /\bmirall\//;

/**
 * Takes over `Expect: 100-continue` (RFC 9110 §10.1.1): the body is asked for only once the request has been
 * let in, so that a refused upload costs its sender nothing. Without having asked, the connection ends with the
 * answer: whether the next bytes on it are the body or another request could not be told.
 */
export function holdContinue(app: FastifyInstance): void {
  app.server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const agent = request.headers['user-agent'] ?? '';
    if (request.method === 'PUT' && request.httpVersion === '1.1' && splitsUploads.test(agent)) {
      splitting.set(request, response);
    }
  });
  app.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    pending.set(request, { response, keepAlive: response.shouldKeepAlive });
    response.shouldKeepAlive = false;
    app.routing(request, response);
  });
}

/** Asks for the body of a request that waits for it in one way or the other; nothing for all others. */
export function sendContinue(request: IncomingMessage): void {
  const split = splitting.get(request);
  if (split && !split.headersSent && !request.complete && request.readableLength === 0) split.writeContinue();
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
