/** The checksum kinds of `OC-Checksum` that Holdfast computes. */
export const checksumKinds = ['SHA256', 'SHA1', 'MD5'] as const;
export type ChecksumKind = (typeof checksumKinds)[number];

/** A checksum; `hex` in lower case. */
export interface Checksum {
  readonly kind: ChecksumKind;
  readonly hex: string;
}

const hexLength: Record<ChecksumKind, number> = { SHA256: 64, SHA1: 40, MD5: 32 };

/**
 * Reads `OC-Checksum: SHA1:…` or the space-separated list of `oc:checksums`. Kinds that Holdfast does not
 * compute (ADLER32, SHA3-256, …) are left out; undefined when a known kind has a malformed value.
 */
export function parseChecksums(text: string): Checksum[] | undefined {
  const out: Checksum[] = [];
  for (const part of text.trim().split(/\s+/)) {
    const colon = part.indexOf(':');
    if (colon < 1) return undefined;
    const kind = part.slice(0, colon).toUpperCase().replace('SHA-', 'SHA') as ChecksumKind;
    const hex = part.slice(colon + 1).toLowerCase();
    if (!checksumKinds.includes(kind)) continue;
    if (hex.length !== hexLength[kind] || !/^[0-9a-f]+$/.test(hex)) return undefined;
    out.push({ kind, hex });
  }
  return out;
}

/** `SHA256:… SHA1:…` */
export function formatChecksums(checksums: readonly Checksum[]): string {
  return checksums.map((checksum) => `${checksum.kind}:${checksum.hex}`).join(' ');
}
