import { AppError } from '@holdfast/base';

/** A value of the `Depth` header. */
export type Depth = '0' | '1' | 'infinity';

/**
 * Reads a `Depth` header (RFC 4918 §10.2); `absent` when there is none.
 * @throws AppError `bad-request` for anything but the allowed values.
 */
export function parseDepth<Allowed extends Depth>(
  header: string | undefined,
  allowed: readonly Allowed[],
  absent: Allowed,
): Allowed {
  if (header === undefined) return absent;
  const value = header.trim().toLowerCase();
  const depth = allowed.find((candidate) => candidate === value);
  if (depth === undefined) {
    throw new AppError('bad-request', { message: `Depth must be ${allowed.join(' or ')} here.` });
  }
  return depth;
}

/**
 * Reads an `Overwrite` header (RFC 4918 §10.6); absent means `T`.
 * @throws AppError `bad-request`.
 */
export function parseOverwrite(header: string | undefined): boolean {
  const value = header?.trim().toUpperCase() ?? 'T';
  if (value !== 'T' && value !== 'F') {
    throw new AppError('bad-request', { message: 'Overwrite must be T or F.' });
  }
  return value === 'T';
}
