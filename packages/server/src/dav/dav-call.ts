import type { Clock, TreePath } from '@holdfast/base';
import type { Actor, Files } from '@holdfast/files';
import type { Principal } from '@holdfast/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasBody, readBody } from '../request-body.ts';
import type { ServerSettings } from '../server-settings.ts';
import { decodeXml } from './decode-xml.ts';
import type { ListingCache } from './listing-cache.ts';

/** What the DAV surface stands on. */
export interface DavParts {
  readonly files: Files;
  readonly clock: Clock;
  readonly settings: ServerSettings;
  readonly listings: ListingCache;
}

/** Who asks, and with what. */
export interface DavCaller {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parts: DavParts;
  readonly principal: Principal;
  readonly actor: Actor;
}

/** A request for one place in the caller's tree. */
export interface DavCall extends DavCaller {
  /** Prefix of every address in the answer. */
  readonly mount: string;
  readonly path: TreePath;
}

/** Answers one method. */
export type DavHandler = (call: DavCall) => Promise<unknown>;

/** A header as text; several of the same name joined by a comma, as HTTP has it. */
export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * Reads an XML body as text, by its byte order mark or as UTF-8.
 * @throws AppError `bad-xml` for broken encoding; those of `readBody`.
 */
export async function readXml({ request, parts }: DavCaller): Promise<string> {
  if (!hasBody(request)) return '';
  const { limits } = parts.settings;
  const bytes = await readBody(request, {
    maxBytes: limits.maxXmlBytes,
    idleTimeoutMs: limits.bodyIdleTimeoutMs,
  });
  return decodeXml(bytes);
}
