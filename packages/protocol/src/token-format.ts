import type { Random } from '@holdfast/base';

/**
 * `hf_<kind>_<32 base62 characters, about 190 bits>_<6 check characters>`: a fixed prefix for secret
 * scanners, and a checksum so that typing errors and noise are refused without a look into the database.
 */
const tokenPattern = /^hf_([a-z])_([0-9A-Za-z]{32})_([0-9A-Za-z]{6})$/;
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The letter of each token kind. */
export const tokenKinds = { device: 'd', app: 'a', service: 'v' } as const;

/** What a token is for: a sync client, an app, or an unattended service. */
export type TokenKind = keyof typeof tokenKinds;

/** A new secret token. */
export function generateToken(kind: TokenKind, random: Random): string {
  const body = `hf_${tokenKinds[kind]}_${base62(32, random)}`;
  return `${body}_${checkCharacters(body)}`;
}

/** Whether `text` has the form and the checksum of a Holdfast token. Says nothing about its validity. */
export function looksLikeToken(text: string): boolean {
  return tokenPattern.test(text) && checkCharacters(text.slice(0, -7)) === text.slice(-6);
}

function base62(length: number, random: Random): string {
  let out = '';
  while (out.length < length) {
    // 248 = 4 × 62: bytes above are drawn again, so that every character is equally likely.
    for (const byte of random.bytes(length)) {
      if (byte < 248 && out.length < length) out += alphabet[byte % 62];
    }
  }
  return out;
}

function checkCharacters(body: string): string {
  let rest = crc32(body);
  let out = '';
  for (let i = 0; i < 6; i++) {
    out += alphabet[rest % 62];
    rest = Math.floor(rest / 62);
  }
  return out;
}

function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i) & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
