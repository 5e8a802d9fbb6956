import { AppError } from '@holdfast/base';
import type { RouteScope } from '@holdfast/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';

/** One route of the server. */
export interface RouteEntry {
  readonly method: string;
  readonly url: string;
  readonly scope: RouteScope;
}

/** Decides on a request to a route with this scope; calls `done` with an error to refuse it. */
export type Gate = (
  scope: RouteScope,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => void;

const known: ReadonlySet<string> = new Set<RouteScope>([
  'files:read',
  'files:write',
  'files:delete',
  'profile:read',
  'session',
  'admin',
  'public',
]);

/**
 * Puts the gate before every route that is registered from now on, ahead of the route's own hooks and of the
 * body, and keeps the route table.
 * A route without `config.scope` fails its registration with AppError `internal`, and so the start.
 */
export function requireRouteScopes(app: FastifyInstance, gate: Gate): void {
  const table: RouteEntry[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', (route) => {
    const scope = route.config?.scope;
    const methods = [route.method].flat();
    if (scope === undefined || !known.has(scope)) {
      throw new AppError('internal', {
        message: `The route ${methods.join(',')} ${route.url} declares no scope.`,
      });
    }
    for (const method of methods) table.push({ method, url: route.url, scope });
    const own = route.onRequest === undefined ? [] : [route.onRequest].flat();
    const guard: onRequestHookHandler = (request, reply, done) => {
      request.routePattern = route.url;
      if (scope === 'public') done();
      else gate(scope, request, reply, done);
    };
    route.onRequest = [guard, ...own];
  });
}
