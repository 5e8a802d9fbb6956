export { createServer } from './create-server.ts';
export { product } from './product-version.ts';
export type { RouteEntry } from './route-scope.ts';
export type { ServerParts } from './server-parts.ts';
export { defaultServerSettings, type ServerLimits, type ServerSettings } from './server-settings.ts';
