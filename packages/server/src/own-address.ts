import type { FastifyRequest } from 'fastify';
import type { ServerSettings } from './server-settings.ts';

/** The address people use for this node, without a slash at the end: the configured one, or the one asked for. */
export function ownAddress(request: FastifyRequest, settings: ServerSettings): string {
  if (settings.publicUrl !== undefined) return settings.publicUrl;
  const host = /^[\w.:[\]-]{1,255}$/.test(request.host) ? request.host : 'localhost';
  return `${request.protocol}://${host}`;
}
