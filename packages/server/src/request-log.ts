import type { Clock, Logger } from '@holdfast/base';
import type { FastifyInstance } from 'fastify';

/** One line for every answer. Routes by their pattern, so that no file name, query or secret gets into a log. */
export function addRequestLog(app: FastifyInstance, parts: { clock: Clock; logger: Logger }): void {
  app.addHook('onRequest', (request, _reply, done) => {
    request.startedAt = parts.clock.monotonic();
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const length = reply.getHeader('content-length');
    parts.logger.info('request', {
      requestId: request.id,
      method: request.method,
      route: request.routePattern,
      status: reply.statusCode,
      ms: Math.round((parts.clock.monotonic() - request.startedAt) * 10) / 10,
      bytes: length === undefined ? undefined : Number(length),
      user: request.principal?.userId,
      token: request.principal?.tokenId,
      cutOff: reply.raw.writableFinished ? undefined : true,
    });
    done();
  });
}
