/**
 * A modification time: whole seconds since 1970 (negative before) and nanoseconds 0…999,999,999 on top,
 * so that -1 s 500,000,000 ns is half a second before 1970.
 */
export interface Mtime {
  readonly s: number;
  readonly ns: number;
}

/** The largest distance from 1970 that is accepted, in seconds: the year 9999. */
const maxSeconds = 253_402_300_799;

/**
 * Reads `1719930000`, `-86400` or `1719930000.123456789` (the value of `X-OC-MTime`, with Holdfast's fraction).
 * Returns undefined when it is not such a number.
 */
export function parseMtime(text: string): Mtime | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9})\d*)?$/.exec(text.trim());
  if (!match) return undefined;
  const [, sign, whole = '0', fraction = ''] = match;
  const ns = Number(fraction.padEnd(9, '0'));
  const s = Number(whole);
  if (s > maxSeconds) return undefined;
  if (sign !== '-') return { s, ns };
  return ns === 0 ? { s: s === 0 ? 0 : -s, ns: 0 } : { s: -s - 1, ns: 1_000_000_000 - ns };
}

/** The counterpart of `parseMtime`: without a fraction when there are no nanoseconds. */
export function formatMtime(mtime: Mtime): string {
  if (mtime.ns === 0) return String(mtime.s);
  if (mtime.s >= 0) return `${mtime.s}.${String(mtime.ns).padStart(9, '0')}`;
  return `-${-mtime.s - 1}.${String(1_000_000_000 - mtime.ns).padStart(9, '0')}`;
}

/** From nanoseconds since 1970, as `fs.stat` with `bigint` gives them. */
export function mtimeFromNs(total: bigint): Mtime {
  const s = total / 1_000_000_000n;
  const ns = total % 1_000_000_000n;
  return ns < 0n ? { s: Number(s - 1n), ns: Number(ns + 1_000_000_000n) } : { s: Number(s), ns: Number(ns) };
}

/** From milliseconds since 1970. */
export function mtimeFromMs(ms: number): Mtime {
  const s = Math.floor(ms / 1000);
  return { s, ns: Math.round((ms - s * 1000) * 1e6) };
}

/** Whether two times are the same to the nanosecond. */
export function sameMtime(a: Mtime, b: Mtime): boolean {
  return a.s === b.s && a.ns === b.ns;
}

/** As `Last-Modified` and `getlastmodified` write it (RFC 9110 §5.6.7). */
export function httpDate(mtime: Mtime): string {
  return new Date(mtime.s * 1000).toUTCString();
}
