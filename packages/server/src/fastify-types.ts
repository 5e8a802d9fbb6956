import type { Principal } from '@holdfast/identity';
import type { RouteScope } from '@holdfast/protocol';
import type { RouteEntry } from './route-scope.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs to use the route. Every route has to say so. */
    scope?: RouteScope;
  }
  interface FastifyRequest {
    /** Who asks; undefined on a public route. */
    principal: Principal | undefined;
    /** When the request came, on the monotonic clock. */
    startedAt: number;
    /** Pattern of the route, for the log; undefined when there is none. */
    routePattern: string | undefined;
  }
  interface FastifyInstance {
    /** Every route with the scope that it declares, in order of registration. */
    routeTable: readonly RouteEntry[];
  }
}
