import type { ErrorRule } from '@holdfast/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OcsVersion } from '../ocs/ocs-request.ts';
import { sendOcsEnvelope } from '../ocs/render-ocs.ts';

/**
 * An error on the OCS surface. The first generation says 200 and puts the outcome into the envelope, but for
 * 401, and for what a client has to back off from: 429 and 5xx.
 */
export function renderOcsError(
  request: FastifyRequest,
  reply: FastifyReply,
  version: OcsVersion,
  rule: ErrorRule,
  message: string,
): void {
  const plain = version === 'v2' || rule.status === 401 || rule.status === 429 || rule.status >= 500;
  const statuscode = rule.status === 401 ? 997 : rule.status >= 500 ? 996 : rule.status;
  reply.code(plain ? rule.status : 200);
  sendOcsEnvelope(request, reply, { status: 'failure', statuscode, message }, []);
}
