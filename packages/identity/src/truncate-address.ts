import { isIPv4, isIPv6 } from 'node:net';

/**
 * The range an address lies in: IPv4 /24, IPv6 /48. All that is kept of where a token was used.
 * Undefined for what is no address.
 */
export function truncateAddress(address: string): string | undefined {
  return rangeOf(address, { ipv4: 24, groups: 3 });
}

/** The range that counts as one caller when failures are counted: IPv4 /32, IPv6 /64. */
export function callerRange(address: string): string {
  return rangeOf(address, { ipv4: 32, groups: 4 }) ?? 'unknown';
}

function rangeOf(address: string, size: { ipv4: 24 | 32; groups: number }): string | undefined {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(plain)) {
    return size.ipv4 === 32 ? plain : `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  }
  if (!isIPv6(plain)) return undefined;
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted tail stands for two groups.
  const written = front.length + back.length + (plain.includes('.') ? 1 : 0);
  const gap = tail === undefined ? 0 : 8 - written;
  const groups = [...front, ...Array.from({ length: gap }, () => '0'), ...back]
    .slice(0, size.groups)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/${size.groups * 16}`;
}
