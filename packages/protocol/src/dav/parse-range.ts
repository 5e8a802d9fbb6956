/** One range as it was asked for; `end` may lie beyond the end of the file. */
export type RequestedRange = { start: number; end: number } | { start: number } | { suffix: number };

/**
 * Reads a `Range` header (RFC 9110 §14.1.2). Undefined means: send the whole file — for several ranges, another
 * unit, or a malformed value, all of which a server may ignore.
 */
export function parseRange(header: string | undefined): RequestedRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.replaceAll(/[ \t]/g, '') ?? '');
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? undefined : { suffix: Number(last) };
  const start = Number(first);
  if (last === '') return { start };
  const end = Number(last);
  return end < start ? undefined : { start, end };
}
