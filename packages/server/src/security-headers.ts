import type { ServerSettings } from './server-settings.ts';

/** The policy of everything that is no page: nothing may be loaded, run or framed. */
const apiPolicy = "default-src 'none'; frame-ancestors 'none'";

/** What every answer carries. A page sets its own policy over it. */
export function securityHeaders(settings: ServerSettings): Readonly<Record<string, string>> {
  return {
    'content-security-policy': apiPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'x-robots-tag': 'noindex, nofollow',
    'cross-origin-resource-policy': 'same-origin',
    ...(settings.tls || settings.publicUrl?.startsWith('https:')
      ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : {}),
  };
}
