import { AppError } from '@holdfast/base';

/** The version of the archive's layout. */
export const backupFormat = 1;

/** Names in the archive, in the order they stand there. */
export const entryNames = {
  manifest: 'holdfast-backup.json',
  database: 'metadata.db',
  extra: 'extra/',
  blobs: 'blobs/',
  trailer: 'trailer.json',
} as const;

/** The first entry. */
export interface Manifest {
  readonly format: number;
  readonly instanceId: string;
  readonly epoch: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly blobs: number;
}

/** The last entry: without it the archive is cut off. */
export interface Trailer {
  readonly entries: number;
  /** SHA-256 of one line `HASH SIZE NAME` for each entry before it. */
  readonly sha256: string;
}

/** @throws AppError `backup-damaged` when it is no manifest, `data-too-new` for a later format. */
export function parseManifest(text: string): Manifest {
  const value = parseObject(text);
  if (typeof value.format === 'number' && value.format > backupFormat) throw new AppError('data-too-new');
  const { format, instanceId, epoch, createdAt, blobs } = value;
  if (
    format !== backupFormat ||
    typeof instanceId !== 'string' ||
    typeof epoch !== 'string' ||
    typeof createdAt !== 'number' ||
    typeof blobs !== 'number'
  ) {
    throw new AppError('backup-damaged', { message: 'This file is not a backup of Holdfast.' });
  }
  return { format, instanceId, epoch, createdAt, blobs };
}

/** @throws AppError `backup-damaged`. */
export function parseTrailer(text: string): Trailer {
  const { entries, sha256 } = parseObject(text);
  if (typeof entries !== 'number' || typeof sha256 !== 'string') throw new AppError('backup-damaged');
  return { entries, sha256 };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through: the same answer as for other noise.
  }
  throw new AppError('backup-damaged');
}
