import { createHmac } from 'node:crypto';

/** What is stored of a token: HMAC-SHA-256 under a pepper that is not in the database. */
export function tokenLookup(token: string, pepper: Uint8Array): string {
  return createHmac('sha256', pepper).update(token).digest('hex');
}

/** Whether a secret is meant as a token, well typed or not: such a one is never tried as a password. */
export function isTokenShaped(secret: string): boolean {
  return /^hf_[a-z]_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}$/.test(secret);
}
