import type { FastifyInstance } from 'fastify';
import { product } from './product-version.ts';

/**
 * `status.php`: the first thing every Nextcloud and ownCloud client asks. It names a version on purpose:
 * clients refuse to talk to a server that does not.
 */
export function registerStatus(app: FastifyInstance): void {
  const body = JSON.stringify({
    installed: true,
    maintenance: false,
    needsDbUpgrade: false,
    version: product.dialect.full,
    versionstring: product.dialect.string,
    edition: '',
    productname: product.name,
    extendedSupport: false,
  });
  for (const url of ['/status.php', '/index.php/status.php']) {
    app.get(url, { config: { scope: 'public' } }, (_request, reply) =>
      reply.type('application/json; charset=utf-8').header('access-control-allow-origin', '*').send(body),
    );
  }
}
