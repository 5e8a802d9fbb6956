import type { AppError } from '@holdfast/base';
import { type ErrorRule, escapeXml, namespaces } from '@holdfast/protocol';

/** Class names that clients compare (sabre/dav and ownCloud). */
const exceptions: Readonly<Record<number, string>> = {
  400: 'Sabre\\DAV\\Exception\\BadRequest',
  401: 'Sabre\\DAV\\Exception\\NotAuthenticated',
  403: 'Sabre\\DAV\\Exception\\Forbidden',
  404: 'Sabre\\DAV\\Exception\\NotFound',
  405: 'Sabre\\DAV\\Exception\\MethodNotAllowed',
  409: 'Sabre\\DAV\\Exception\\Conflict',
  412: 'Sabre\\DAV\\Exception\\PreconditionFailed',
  413: 'OCA\\DAV\\Connector\\Sabre\\Exception\\EntityTooLarge',
  415: 'Sabre\\DAV\\Exception\\UnsupportedMediaType',
  416: 'Sabre\\DAV\\Exception\\RequestedRangeNotSatisfiable',
  423: 'OCA\\DAV\\Connector\\Sabre\\Exception\\FileLocked',
  429: 'OCA\\DAV\\Connector\\Sabre\\Exception\\TooManyRequests',
  501: 'Sabre\\DAV\\Exception\\NotImplemented',
  502: 'Sabre\\DAV\\Exception\\BadGateway',
  503: 'Sabre\\DAV\\Exception\\ServiceUnavailable',
  507: 'Sabre\\DAV\\Exception\\InsufficientStorage',
};

/** Precondition and postcondition elements (RFC 4918 §16, RFC 4331 §6, RFC 6578 §3.2) of codes that have one. */
const conditions: Readonly<Record<string, string>> = {
  locked: 'lock-token-submitted',
  'lock-token-mismatch': 'lock-token-matches-request-uri',
  'propfind-infinity': 'propfind-finite-depth',
  'protected-property': 'cannot-modify-protected-property',
  'sync-token-invalid': 'valid-sync-token',
  'quota-exceeded': 'quota-not-exceeded',
  'disk-full': 'sufficient-disk-space',
};

/**
 * An error body of the DAV surface. `details.precondition` names another element of `DAV:` than the code's own;
 * `details.hrefs`, encoded addresses, go into it; `details.header` names the header that did not hold.
 */
export function renderDavError(error: AppError, rule: ErrorRule, message: string): string {
  const { precondition, hrefs, header } = error.details;
  const element = typeof precondition === 'string' ? precondition : conditions[error.code];
  const inner = Array.isArray(hrefs)
    ? hrefs.map((href) => `<d:href>${escapeXml(String(href))}</d:href>`).join('')
    : '';
  const badName = error.code === 'bad-name' || error.code === 'name-impossible';
  const exception = badName
    ? 'OCA\\DAV\\Connector\\Sabre\\Exception\\InvalidPath'
    : (exceptions[rule.status] ?? 'Sabre\\DAV\\Exception');
  return [
    '<?xml version="1.0" encoding="utf-8"?>\n',
    `<d:error xmlns:d="${namespaces.d}" xmlns:s="${namespaces.s}">`,
    element === undefined ? '' : inner ? `<d:${element}>${inner}</d:${element}>` : `<d:${element}/>`,
    `<s:exception>${exception}</s:exception><s:message>${escapeXml(message)}</s:message>`,
    typeof header === 'string' ? `<s:header>${escapeXml(header)}</s:header>` : '',
    badName
      ? `<o:retry xmlns:o="o:">false</o:retry><o:reason xmlns:o="o:">${escapeXml(message)}</o:reason>`
      : '',
    '</d:error>\n',
  ].join('');
}
