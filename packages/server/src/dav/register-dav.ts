import type { FastifyInstance } from 'fastify';
import type { ServerParts } from '../server-parts.ts';

/** Registers the WebDAV routes. */
export function registerDav(_app: FastifyInstance, _parts: ServerParts): void {}
