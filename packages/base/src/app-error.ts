/** Facts that travel with an error: shown in logs and in machine-readable answers, never a secret. */
export interface AppErrorDetails {
  /** A sentence for the person: what happened and what to do. Overrides the code's public text. */
  readonly message?: string;
  readonly [key: string]: unknown;
}

/**
 * The one error class. `code` is a key of the table in `protocol/error-codes.ts`, which maps it to an HTTP
 * status, a retry rule and a public text. Callers act on the code, never on the message.
 */
export class AppError extends Error {
  readonly code: string;
  readonly details: AppErrorDetails;

  constructor(code: string, details: AppErrorDetails = {}, options: { cause?: unknown } = {}) {
    super(details.message ?? code, options);
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }
}

/** Whether `error` is an AppError, optionally with one of the given codes. */
export function isAppError(error: unknown, ...codes: readonly string[]): error is AppError {
  return error instanceof AppError && (codes.length === 0 || codes.includes(error.code));
}
