import { type ErrorCode, errorCodes } from '@holdfast/protocol';
import type { Side } from '../engine/events.ts';
import type { StoredLine } from '../journal/log-table.ts';
import type { StoredRun } from '../journal/run-table.ts';
import type { Decision, PastRun } from './pair-care.ts';

/** A run of the journal, for people. */
export function pastRunOf({ id, started, finished, state, summary, kind, undone }: StoredRun): PastRun {
  return { run: id, kind, started, finished, state, summary, undone: undone !== undefined };
}

/** A line of the log, for people. */
export function decisionOf({
  run,
  at,
  kind,
  side,
  path,
  target,
  outcome,
  code,
  answer,
}: StoredLine): Decision {
  return {
    run,
    at,
    kind,
    side: side satisfies Side,
    path,
    ...(target === undefined ? {} : { to: target }),
    outcome,
    ...(code === undefined ? {} : { code: codeOf(code) }),
    ...(answer === undefined ? {} : { answer }),
  };
}

function codeOf(text: string): ErrorCode {
  return text in errorCodes ? (text as ErrorCode) : 'internal';
}
