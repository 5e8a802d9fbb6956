import './fastify-types.ts';
import http from 'node:http';
import https from 'node:https';
import { AppError } from '@holdfast/base';
import fastify, { type FastifyInstance, type FastifyServerFactory } from 'fastify';
import { createGate } from './authenticate.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { registerDav } from './dav/register-dav.ts';
import { createErrorRenderer } from './errors/render-error.ts';
import { lingerAfterAnswer } from './linger.ts';
import { registerOcs } from './ocs/register-ocs.ts';
import { registerHomePage } from './pages/home-page.ts';
import { isPushUpgrade, registerPush } from './push/register-push.ts';
import { requestIds } from './request-id.ts';
import { addRequestLog } from './request-log.ts';
import { requireRouteScopes } from './route-scope.ts';
import { securityHeaders } from './security-headers.ts';
import { holdContinue } from './send-continue.ts';
import type { ServerParts } from './server-parts.ts';
import type { ServerSettings } from './server-settings.ts';
import { endStalledConnections } from './stalled-connections.ts';
import { registerStatus } from './status-php.ts';
import { registerWellKnown } from './well-known.ts';

/** Methods beyond GET and HEAD. None of their bodies is touched before a handler asks for it. */
const methods = [
  ...['OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'],
  ...['PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'REPORT'],
];

/**
 * The HTTP surfaces over files and identity, ready to `listen`. Refuses before the body is read whatever is
 * not allowed.
 * @throws AppError `internal` when a route declares no scope.
 */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { clock, logger, random, settings } = parts;
  const renderError = createErrorRenderer({ logger, random });
  const headers = securityHeaders(settings);
  const app = fastify({
    serverFactory: serverFactory(settings),
    logger: false,
    trustProxy: settings.trustProxy.length > 0 ? [...settings.trustProxy] : false,
    genReqId: requestIds(random),
    // Addresses that cannot be decoded; no hook has seen such a request.
    frameworkErrors: (error, request, reply) => renderError(error, request, reply.headers(headers)),
    clientErrorHandler: answerBrokenRequest,
    return503OnClosing: false,
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 64 * 1024 },
  });
  for (const method of methods) app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  app.removeAllContentTypeParsers();
  app.decorateRequest('principal', undefined);
  app.decorateRequest('startedAt', 0);
  app.decorateRequest('routePattern', undefined);
  app.setErrorHandler((error, request, reply) => renderError(error, request, reply));
  addRequestLog(app, { clock, logger });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done(
      (request.raw.url ?? '').length > settings.limits.maxUrlLength
        ? new AppError('name-too-long')
        : undefined,
    );
  });
  app.addHook('onResponse', (request, _reply, done) => {
    lingerAfterAnswer(request.raw, clock, settings.limits.lingerMs);
    done();
  });
  endStalledConnections(app, settings.limits.bodyIdleTimeoutMs);
  holdContinue(app);
  requireRouteScopes(app, createGate(parts.identity));
  app.setNotFoundHandler((request, reply) => {
    const path = (request.raw.url ?? '').split('?', 1)[0];
    const allowed = app.routeTable.filter((route) => route.url === path).map((route) => route.method);
    if (allowed.length === 0) throw new AppError('not-found');
    reply.header('allow', [...new Set(allowed)].join(', '));
    throw new AppError('method-not-allowed');
  });

  registerHomePage(app, settings);
  registerStatus(app);
  registerWellKnown(app, settings);
  registerOcs(app, parts);
  registerDav(app, parts);
  registerPush(app, parts);
  await app.ready();
  return app;
}

/** Node's own strict parser and limits; bodies are timed by idleness, so that a slow large upload gets through. */
function serverFactory(settings: ServerSettings): FastifyServerFactory {
  const { limits, tls } = settings;
  const options: http.ServerOptions = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(30_000, limits.headersTimeoutMs),
    noDelay: true,
    // Who wishes for another protocol on any other route is answered in HTTP, as RFC 9110 §7.8 lets us.
    shouldUpgradeCallback: isPushUpgrade,
  };
  return (handler) => {
    const server = tls
      ? https.createServer({ ...options, cert: tls.cert, key: tls.key }, handler)
      : http.createServer(options, handler);
    return server as http.Server;
  };
}
