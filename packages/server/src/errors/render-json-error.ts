import type { AppError } from '@holdfast/base';
import type { ErrorRule } from '@holdfast/protocol';

/** An error body of the JSON surface: `{error, message, retry, retryAfterSeconds?, id?}`. */
export function renderJsonError(error: AppError, rule: ErrorRule, message: string): string {
  const { retryAfterSeconds, id } = error.details;
  return JSON.stringify({
    error: error.code,
    message,
    retry: rule.retry,
    ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
    ...(typeof id === 'string' ? { id } : {}),
  });
}
