import { AppError } from '@holdfast/base';

/** Errors of the file system that have a meaning of their own; anything else is returned as it is. */
export function translateFsError(error: unknown): unknown {
  const code = fsErrorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return new AppError('disk-full', {}, { cause: error });
  if (code === 'EIO')
    return new AppError('store-damaged', { reason: 'the disk reports an error' }, { cause: error });
  return error;
}

/** The `code` of an error of the operating system, such as `ENOENT`. */
export function fsErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
