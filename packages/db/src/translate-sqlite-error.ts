import { AppError } from '@holdfast/base';

/** The one place where errors of the engine become AppErrors; anything else is returned as it is. */
export function translateSqliteError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'SqliteError' || !('code' in error)) return error;
  const code = String(error.code);
  const options = { cause: error };
  if (code === 'SQLITE_FULL') return new AppError('disk-full', {}, options);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new AppError('store-damaged', { reason: error.message }, options);
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new AppError('unavailable', { reason: error.message }, options);
  }
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_READONLY') {
    return new AppError('unavailable', { reason: error.message, sqlite: code }, options);
  }
  return error;
}
