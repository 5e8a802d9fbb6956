import { isAppError } from '@holdfast/base';
import { type ErrorCode, errorCodes, ruleOf, textOf } from '@holdfast/protocol';
import { answerOf } from './answer-of.ts';

/** What an error of one operation means for the run. */
export interface Verdict {
  /**
   * `stop`: nothing can go on. `drop`: something is not as it was when it was planned; look again and plan again.
   * `problem`: this one cannot be done now, the others go on (R10).
   */
  readonly kind: 'stop' | 'drop' | 'problem';
  readonly code: ErrorCode;
  readonly message: string;
  /** How long the server has asked to be left in peace. */
  readonly retryAfterSeconds?: number;
  /** What the server has said, word for word, where it was the server. */
  readonly answer?: string;
}

const stops = new Set<string>([
  'server-unreachable',
  'not-signed-in',
  'token-expired',
  'account-disabled',
  'scope-missing',
  'local-disk-full',
  'folder-missing',
  'server-changed',
  'listing-doubtful',
  'store-damaged',
  'data-in-use',
  'aborted',
]);

const drops = new Set<string>([
  'target-changed',
  'precondition-failed',
  'not-found',
  'already-exists',
  'parent-missing',
  'is-a-folder',
  'not-a-folder',
  'conflict',
]);

/** Judges by the code alone. What is no AppError comes from a bug or the journal and stops the run. */
export function judgeError(error: unknown, signal: AbortSignal): Verdict {
  if (signal.aborted) return { kind: 'stop', code: 'aborted', message: errorCodes.aborted.text };
  if (!isAppError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'stop', code: 'internal', message };
  }
  const code = error.code in errorCodes ? (error.code as ErrorCode) : 'internal';
  const message = textOf(error);
  const kind = stops.has(code) ? 'stop' : drops.has(code) ? 'drop' : 'problem';
  const { retryAfterSeconds, status, answer } = error.details;
  const said = typeof answer === 'string' ? answer : typeof status === 'number' ? answerOf(error) : undefined;
  return {
    kind,
    code,
    message,
    ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
    ...(said === undefined ? {} : { answer: said }),
  };
}

const firstPause = 5_000;
const longestPause = 15 * 60_000;

/** When to try again after `attempts` failures, as milliseconds since 1970; undefined: when something changes. */
export function nextTry(code: ErrorCode, attempts: number, now: number): number | undefined {
  if (ruleOf(code).retry === 'no') return undefined;
  return now + Math.min(longestPause, firstPause * 2 ** Math.min(attempts - 1, 10));
}
