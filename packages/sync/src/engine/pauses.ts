import type { Random } from '@holdfast/base';
import { type ErrorCode, errorCodes } from '@holdfast/protocol';
import type { RunReport } from './report.ts';

const firstPause = 5_000;
const longestPause = 15 * 60_000;
const shortestAsk = 60_000;

/** Codes that say that nothing can be had of the server at present. */
const offlineCodes = new Set<ErrorCode>(['server-unreachable', 'unavailable', 'too-many-requests']);

/** Whether a run has stopped because the server is not there, or wants to be left in peace. */
export function isOffline(code: ErrorCode): boolean {
  return offlineCodes.has(code);
}

/** Whether a run has stopped for something that only a person can decide or mend. */
export function needsPerson(code: ErrorCode): boolean {
  return errorCodes[code].retry === 'ask-user';
}

/** Twice as long after each failure, at most 15 minutes, give or take a fifth: so that not all come back at once. */
export function backOff(failures: number, random: Random, first = firstPause): number {
  const pause = Math.min(longestPause, first * 2 ** Math.min(failures - 1, 20));
  const chance = (random.bytes(1)[0] ?? 0) / 255;
  return Math.min(longestPause, pause * (0.8 + 0.4 * chance));
}

/** Milliseconds until the next run after one that was stopped, the `failures`th in a row. */
export function pauseAfterStop(
  { stop }: RunReport,
  failures: number,
  pollMs: number,
  random: Random,
): number {
  if (stop !== undefined && needsPerson(stop.code)) return Math.max(pollMs, shortestAsk);
  const asked = (stop?.retryAfterSeconds ?? 0) * 1000;
  return Math.max(backOff(failures, random), Math.min(asked, longestPause));
}

/** Milliseconds until a problem is due, at most `pollMs`. */
export function pauseUntilDue(report: RunReport, now: number, pollMs: number): number {
  const due = report.problems.flatMap(({ nextTry }) => nextTry ?? []);
  return Math.max(1000, Math.min(pollMs, ...due.map((at) => at - now)));
}
