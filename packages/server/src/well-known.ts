import type { FastifyInstance } from 'fastify';
import type { ServerSettings } from './server-settings.ts';

/** Service discovery (RFC 6764 §5) and the sign of life for balancers and supervisors. */
export function registerWellKnown(app: FastifyInstance, settings: ServerSettings): void {
  const target = `${settings.publicUrl ?? ''}/remote.php/dav/`;
  for (const service of ['webdav', 'caldav', 'carddav']) {
    for (const method of ['GET', 'PROPFIND', 'OPTIONS']) {
      app.route({
        method,
        url: `/.well-known/${service}`,
        config: { scope: 'public' },
        handler: (_request, reply) => reply.redirect(target, 301),
      });
    }
  }
  // How desktop clients find out that no login page of a hotel is in between.
  app.get('/index.php/204', { config: { scope: 'public' } }, (_request, reply) => reply.code(204).send());
  app.get('/healthz', { config: { scope: 'public' } }, (_request, reply) =>
    reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send('ok\n'),
  );
}
