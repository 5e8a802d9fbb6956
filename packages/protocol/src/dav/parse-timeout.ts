/**
 * Reads a lock `Timeout` header such as `Infinite, Second-4100000000` (RFC 4918 §10.7): the first value that is
 * understood, at most `max` and at least 1 second. The server is free to choose, so nothing here is an error.
 */
export function parseTimeout(header: string | undefined, absent: number, max: number): number {
  for (const part of (header ?? '').slice(0, 256).split(',')) {
    const value = part.trim().toLowerCase();
    if (value === 'infinite') return max;
    const seconds = /^second-(\d{1,10})$/.exec(value)?.[1];
    if (seconds !== undefined) return Math.min(Math.max(Number(seconds), 1), max);
  }
  return Math.min(absent, max);
}
