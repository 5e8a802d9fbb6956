import { AppError } from '@holdfast/base';

/**
 * Reads a `Destination` header or the tag of an `If` list: an absolute address on this host, or an absolute path
 * (RFC 4918 §10.3). Returns the path, still percent-encoded, without query.
 * The scheme is not compared, because TLS may end at a proxy.
 * @param host `Host` of the request, with its port where it is not the scheme's own.
 * @throws AppError `bad-request` when missing or malformed; `bad-gateway` for another host.
 */
export function parseDestination(header: string | undefined, host: string): string {
  const text = header?.trim() ?? '';
  if (text.startsWith('/') && !text.startsWith('//')) return withoutQuery(text);
  const match = /^(https?):\/\/([^/?#]+)([^#]*)/i.exec(text);
  if (!match) throw malformed(text === '' ? 'missing' : 'malformed');
  const [, scheme = '', authority = '', rest = ''] = match;
  if (normalHost(authority.slice(authority.lastIndexOf('@') + 1), scheme) !== normalHost(host, scheme)) {
    throw new AppError('bad-gateway');
  }
  if (text.includes('#')) throw malformed('malformed');
  return rest.startsWith('/') ? withoutQuery(rest) : '/';
}

function withoutQuery(path: string): string {
  if (path.includes('#')) throw malformed('malformed');
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}

function normalHost(host: string, scheme: string): string {
  const port = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const lower = host.toLowerCase();
  return lower.endsWith(port) ? lower.slice(0, -port.length) : lower;
}

function malformed(how: string): AppError {
  return new AppError('bad-request', { message: `The destination address is ${how}.` });
}
