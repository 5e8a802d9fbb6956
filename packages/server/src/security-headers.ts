import type { FastifyInstance } from 'fastify';
import type { ServerSettings } from './server-settings.ts';

/** The policy of everything that is no page: nothing may be loaded, run or framed. */
const apiPolicy = "default-src 'none'; frame-ancestors 'none'";

/** Puts the headers on every answer that none of its makers may forget. A page sets its own policy over them. */
export function addSecurityHeaders(app: FastifyInstance, settings: ServerSettings): void {
  const headers: Record<string, string> = {
    'content-security-policy': apiPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
    'cross-origin-resource-policy': 'same-origin',
    ...(settings.tls || settings.publicUrl?.startsWith('https:')
      ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : {}),
  };
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    reply.header('x-request-id', request.id);
    done();
  });
}
