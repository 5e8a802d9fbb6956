import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { AppError } from '@holdfast/base';
import type { Identity, Principal } from '@holdfast/identity';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { authenticate } from '../authenticate.ts';
import type { PushChannel } from './push-channel.ts';
import type { PushHub } from './push-hub.ts';
import { openPushSession } from './push-session.ts';

/** Where the event stream is; clients learn it from the capabilities. */
export const eventsPath = '/api/v1/events';

/**
 * The event stream of our own clients (HTML, "Server-sent events"): an event `change` whenever something has
 * changed that the caller may see, a comment as a sign of life in between. What changed is asked of the feed.
 */
export function registerEvents(app: FastifyInstance, hub: PushHub, identity: Identity): void {
  const config = { scope: 'files:read' } as const;
  app.get(eventsPath, { config, exposeHeadRoute: false }, async (request, reply) => {
    const session = await openPushSession(() => signIn(identity, request));
    const stream = new EventStream(reply.raw);
    const { ended } = await hub.listen(session, stream, stream.gone);
    const close = () => stream.close();
    ended.then(close, close);
    return (
      reply
        .type('text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store, no-transform')
        // A proxy that collects an answer before it passes it on would keep the news to itself.
        .header('x-accel-buffering', 'no')
        .header('connection', 'close')
        .send(stream.body)
    );
  });
}

function signIn(identity: Identity, request: FastifyRequest): Promise<Principal> {
  return authenticate(identity, request) ?? Promise.reject(new AppError('not-signed-in'));
}

/** One answer that goes on. What its reader leaves unread is bounded by `endStalledConnections`. */
class EventStream implements PushChannel {
  readonly wantsIds = false;
  readonly body = new Readable({ read() {} });
  readonly gone: AbortSignal;
  #open = true;

  constructor(response: ServerResponse) {
    const gone = new AbortController();
    this.gone = gone.signal;
    const end = () => gone.abort();
    this.body.once('close', end);
    response.once('close', end);
    if (response.destroyed) end();
    this.#push(': listening\n\n');
  }

  news(): void {
    this.#push('event: change\ndata: {}\n\n');
  }

  beat(): void {
    this.#push(':\n\n');
  }

  close(): void {
    if (this.#open) this.body.push(null);
    this.#open = false;
  }

  #push(text: string): void {
    if (this.#open && !this.body.destroyed) this.body.push(text);
  }
}
