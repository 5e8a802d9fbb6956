import { AppError } from '@holdfast/base';
import type { FastifyRequest } from 'fastify';

/** The two generations of OCS answers. */
export type OcsVersion = 'v1' | 'v2';

/** Which generation an address asks for. */
export function ocsVersionOf(request: FastifyRequest): OcsVersion {
  return /^(?:\/index\.php)?\/ocs\/v1\.php(?:\/|$|\?)/.test(request.raw.url ?? '') ? 'v1' : 'v2';
}

/** JSON when the address or `Accept` asks for it, XML otherwise. */
export function wantsJson(request: FastifyRequest): boolean {
  const { format } = (request.query ?? {}) as { format?: unknown };
  if (typeof format === 'string') return format === 'json';
  return (request.headers.accept ?? '').includes('application/json');
}

/**
 * Refuses what a foreign web page could have sent: the header cannot be set across origins without leave.
 * @throws AppError `bad-request`.
 */
export function requireOcsHeader(request: FastifyRequest): void {
  if (String(request.headers['ocs-apirequest']).toLowerCase() === 'true') return;
  throw new AppError('bad-request', { message: 'The header "OCS-APIRequest: true" is missing.' });
}
