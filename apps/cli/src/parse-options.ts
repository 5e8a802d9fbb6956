import { InvalidArgumentError } from 'commander';

const spanUnits: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  y: 365 * 86_400_000,
};
const sizeUnits: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** A span such as `30d`, `12h`, `90m`, in milliseconds. */
export function parseSpan(text: string): number {
  const match = /^(\d{1,6})([smhdwy])$/.exec(text.trim());
  const span = match ? Number(match[1]) * (spanUnits[match[2] ?? ''] ?? 0) : 0;
  if (span > 0) return span;
  throw new InvalidArgumentError('It must look like 30d, 12h or 90m (s, m, h, d, w, y).');
}

/** A size such as `500MB`, `10G` or `1048576`, in bytes. */
export function parseSize(text: string): number {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)\s*([kmgt]?)b?$/i.exec(text.trim());
  if (!match) throw new InvalidArgumentError('It must look like 500MB, 10G or 1048576.');
  return Math.round(Number(match[1]) * (sizeUnits[(match[2] ?? '').toLowerCase()] ?? 1));
}

/** For options that may be given several times. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
