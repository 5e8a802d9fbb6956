import type { Logger, Random } from '@holdfast/base';
import { type ErrorRule, ruleOf } from '@holdfast/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ocsVersionOf } from '../ocs/ocs-request.ts';
import { awaitsContinue } from '../send-continue.ts';
import { surfaceOf } from '../surface.ts';
import { renderDavError } from './render-dav-error.ts';
import { renderJsonError } from './render-json-error.ts';
import { renderOcsError } from './render-ocs-error.ts';
import { toAppError } from './to-app-error.ts';

/** Writes the answer to a request that failed, in the form of its surface. */
export type ErrorRenderer = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => void;

/** Builds the one error handler. Logs what is unknown, with its id; never a header, a body or a query. */
export function createErrorRenderer(parts: { logger: Logger; random: Random }): ErrorRenderer {
  return (thrown, request, reply) => {
    const error = toAppError(thrown, parts.random);
    const rule: ErrorRule = ruleOf(error.code);
    if (rule.status >= 500 && error.code !== 'unavailable') {
      const cause = error.code === 'internal' ? error.cause : error;
      parts.logger.error('request failed', {
        id: error.details.id,
        requestId: request.id,
        code: error.code,
        method: request.method,
        route: request.routePattern,
        error: cause instanceof Error ? cause.stack : String(cause),
      });
    }
    const message = messageOf(error.code, error.details.message, error.details.id, rule);
    if (rule.status === 401) challenge(request, reply);
    const retryAfter = error.details.retryAfterSeconds;
    if (typeof retryAfter === 'number') reply.header('retry-after', String(Math.ceil(retryAfter)));
    reply.header('cache-control', 'no-store');
    keepOpenForTheRest(request, reply);
    const surface = surfaceOf(request.raw.url ?? '/');
    if (surface === 'dav') {
      reply
        .code(rule.status)
        .type('application/xml; charset=utf-8')
        .send(renderDavError(error, rule, message));
    } else if (surface === 'ocs') {
      renderOcsError(request, reply, ocsVersionOf(request), rule, message);
    } else {
      reply
        .code(rule.status)
        .type('application/json; charset=utf-8')
        .send(renderJsonError(error, rule, message));
    }
  };
}

/**
 * A client that wanted the connection closed may still be sending. Closing right behind the answer would reset
 * the connection and the answer with it; it is ended once the rest has been read away (`lingerAfterAnswer`).
 */
function keepOpenForTheRest(request: FastifyRequest, reply: FastifyReply): void {
  if (request.raw.complete !== false || awaitsContinue(request.raw)) return;
  if (request.raw.httpVersion === '1.1') reply.raw.shouldKeepAlive = true;
}

function messageOf(code: string, own: string | undefined, id: unknown, rule: ErrorRule): string {
  if (code === 'internal') return typeof id === 'string' ? `${rule.text} (${id})` : rule.text;
  return own ?? rule.text;
}

/** RFC 7617 §2, RFC 6750 §3. A browser script gets a scheme that makes no browser ask for a password. */
function challenge(request: FastifyRequest, reply: FastifyReply): void {
  const script = request.headers['x-requested-with'] === 'XMLHttpRequest';
  const scheme = script ? 'DummyBasic' : 'Basic';
  reply.header('www-authenticate', [
    `${scheme} realm="Holdfast", charset="UTF-8"`,
    ...(script ? [] : ['Bearer realm="Holdfast"']),
  ]);
}
