import { davDeclarations } from './format-xml.ts';

/** Start of a multistatus body; declares every prefix of `namespaces`. */
export const multistatusOpen = `<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus${davDeclarations}>`;
export const multistatusClose = '</d:multistatus>';

const ok = '<d:status>HTTP/1.1 200 OK</d:status></d:propstat>';
const missing = '<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>';

/**
 * One `response` (RFC 4918 §14.24). `href` is percent-encoded; `found` and `absent` are ready-made property
 * elements. Plain concatenation: this runs for every entry of every listing.
 */
export function propertyResponse(href: string, found: string, absent: string): string {
  let out = `<d:response><d:href>${href}</d:href>`;
  if (found !== '' || absent === '') out += `<d:propstat><d:prop>${found}</d:prop>${ok}`;
  if (absent !== '') out += `<d:propstat><d:prop>${absent}</d:prop>${missing}`;
  return `${out}</d:response>`;
}

/** A `response` that says only what became of a resource; `extra` is ready-made XML after the status. */
export function statusResponse(href: string, status: number, extra = ''): string {
  return `<d:response><d:href>${href}</d:href><d:status>${statusLine(status)}</d:status>${extra}</d:response>`;
}

/** A `propstat` with any status; `error` is ready-made XML for the `error` element. */
export function propstat(properties: string, status: number, error = ''): string {
  const reason = error === '' ? '' : `<d:error>${error}</d:error>`;
  return `<d:propstat><d:prop>${properties}</d:prop><d:status>${statusLine(status)}</d:status>${reason}</d:propstat>`;
}

const phrases: Record<number, string> = {
  200: 'OK',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  423: 'Locked',
  424: 'Failed Dependency',
  507: 'Insufficient Storage',
};

function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${phrases[status] ?? 'Error'}`;
}
