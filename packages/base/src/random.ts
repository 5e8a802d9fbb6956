/** The port to randomness. */
export interface Random {
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array;
}

/** Cryptographically strong randomness of the platform (Web Crypto). */
export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** Lower-case hexadecimal of `byteLength` random bytes. */
export function randomHex(random: Random, byteLength: number): string {
  return Array.from(random.bytes(byteLength), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A random UUID (RFC 9562 §5.4, version 4). */
export function randomUuid(random: Random): string {
  const b = random.bytes(16);
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(b, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
