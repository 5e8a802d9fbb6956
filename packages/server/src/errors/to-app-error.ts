import { AppError, isAppError, type Random, randomHex } from '@holdfast/base';

const byStatus: Readonly<Record<number, string>> = {
  400: 'bad-request',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'body-too-large',
  414: 'name-too-long',
  415: 'media-type-unsupported',
  431: 'header-too-large',
};

/**
 * Any thrown thing as an AppError. The framework's own refusals keep their status; everything unknown becomes
 * `internal` with an id that ties the answer to the log line, and none of its text.
 */
export function toAppError(error: unknown, random: Random): AppError {
  if (isAppError(error)) {
    if (error.code !== 'internal') return error;
  } else if (error instanceof Error && 'code' in error && String(error.code).startsWith('FST_')) {
    if (error.code === 'FST_ERR_BAD_URL') return new AppError('bad-path', {}, { cause: error });
    const code = byStatus['statusCode' in error ? Number(error.statusCode) : 500];
    if (code !== undefined) return new AppError(code, {}, { cause: error });
  }
  return new AppError('internal', { id: randomHex(random, 8) }, { cause: error });
}
