import { escapeXml } from '@holdfast/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ocsVersionOf, wantsJson } from './ocs-request.ts';

/** What OCS can carry. */
export type OcsValue =
  | string
  | number
  | boolean
  | null
  | readonly OcsValue[]
  | { readonly [key: string]: OcsValue };

/** The head of an OCS answer. */
export interface OcsMeta {
  readonly status: 'ok' | 'failure';
  readonly statuscode: number;
  readonly message: string;
}

/** Sends a successful answer in the generation and format that were asked for. */
export function sendOcs(request: FastifyRequest, reply: FastifyReply, data: OcsValue): FastifyReply {
  const statuscode = ocsVersionOf(request) === 'v1' ? 100 : 200;
  return sendOcsEnvelope(request, reply.code(200), { status: 'ok', statuscode, message: 'OK' }, data);
}

/** Sends any answer with its envelope; the HTTP status is the caller's. */
export function sendOcsEnvelope(
  request: FastifyRequest,
  reply: FastifyReply,
  head: OcsMeta,
  data: OcsValue,
): FastifyReply {
  const meta = ocsVersionOf(request) === 'v1' ? { ...head, totalitems: '', itemsperpage: '' } : { ...head };
  reply.header('cache-control', 'no-store');
  if (wantsJson(request)) {
    return reply.type('application/json; charset=utf-8').send(JSON.stringify({ ocs: { meta, data } }));
  }
  const body = `<?xml version="1.0"?>\n<ocs>${xmlOf('meta', meta)}${xmlOf('data', data)}</ocs>\n`;
  return reply.type('application/xml; charset=utf-8').send(body);
}

/** As the PHP original writes values: list items are `element`, true is `1`, false and null are empty. */
function xmlOf(name: string, value: OcsValue): string {
  if (value === null || value === false || value === '') return `<${name}/>`;
  if (value === true) return `<${name}>1</${name}>`;
  if (typeof value !== 'object') return `<${name}>${escapeXml(String(value))}</${name}>`;
  const inner = Array.isArray(value)
    ? value.map((item: OcsValue) => xmlOf('element', item)).join('')
    : Object.entries(value)
        .map(([key, item]) => xmlOf(key, item))
        .join('');
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`;
}
