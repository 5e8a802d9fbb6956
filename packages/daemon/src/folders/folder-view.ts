import { type AppError, isAppError } from '@holdfast/base';
import { type FolderState, type Retry, ruleOf, textOf } from '@holdfast/protocol';
import type { RunReport } from '@holdfast/sync';

/** What a folder is at, in short. */
export interface FolderView {
  readonly state: FolderState;
  readonly message: string;
  readonly code?: string;
  /** Milliseconds since 1970. */
  readonly nextTry?: number;
}

/** Why a folder stands still by choice. */
export interface PauseNow {
  readonly by: 'person' | 'battery' | 'metered';
  /** Milliseconds since 1970; undefined: until it is resumed. */
  readonly until?: number;
}

/** How a folder is to go on after a failure. */
export interface Recovery {
  readonly view: Omit<FolderView, 'nextTry'>;
  /** Milliseconds to wait. */
  readonly waitMs: number;
}

const firstPauseMs = 5000;
const longestPauseMs = 15 * 60_000;
/** Cheap looks at what a person may do at any moment. */
const soonMs: Readonly<Record<string, number>> = {
  'keychain-locked': 5000,
  'keychain-missing': 60_000,
  'folder-missing': 15_000,
  'data-in-use': 10_000,
};
const ownWords: Readonly<Record<string, string>> = {
  'data-in-use':
    'Another Holdfast is syncing this folder, such as "holdfast sync". It goes on here when that has ended.',
  'folder-missing':
    'The folder is missing, or another one has taken its place; nothing was removed on the server. If its disk is unplugged, plug it in. If you know why: holdfast folder sync NAME --accept-new-folder keeps everything on both sides.',
  'not-signed-in':
    'The server does not accept the token any more. Make a new one and give it: holdfast account token ACCOUNT --token-stdin',
  'token-expired':
    'The token has expired. Make a new one and give it: holdfast account token ACCOUNT --token-stdin',
  'token-missing':
    'There is no token for this account. Make one and give it: holdfast account token ACCOUNT --token-stdin',
  'server-changed':
    'The server is another one, or was restored from a backup. If you know why: holdfast folder sync NAME --accept-new-server keeps everything on both sides.',
  'mass-change':
    'So much would be removed or replaced that you have to agree first. See "holdfast folder sync NAME --plan"; --allow-mass-change goes on.',
};

/** What became of opening a folder, or of a run that did not come to its end. `failures` counts them in a row. */
export function recoverFrom(error: unknown, failures: number, chance: number): Recovery {
  if (!isAppError(error)) {
    const waitMs = backOff(failures, chance);
    const message = 'Something went wrong here that should not. It is in the log, and is tried again.';
    return { view: { state: 'attention', code: 'internal', message }, waitMs };
  }
  const state = stateOf(error.code, ruleOf(error.code).retry);
  const view = { state, code: error.code, message: ownWords[error.code] ?? textOf(error) };
  const soon = soonMs[error.code];
  if (soon !== undefined) return { view, waitMs: soon };
  if (state === 'attention') return { view, waitMs: longestPauseMs };
  return { view, waitMs: Math.max(backOff(failures, chance), retryAfterMs(error)) };
}

/** What a run that has ended means for its folder. */
export function viewOfReport(report: RunReport): FolderView {
  const { state, stop, problems } = report;
  if (state === 'stopped') {
    const code = stop?.code ?? 'internal';
    const message = ownWords[code] ?? stop?.message ?? ruleOf(code).text;
    return { state: stateOf(code, ruleOf(code).retry), code, message };
  }
  if (state === 'problems') {
    const what = problems.length === 1 ? '1 file or folder' : `${problems.length} files or folders`;
    return { state: 'problems', message: `${what} cannot be synced now; everything else is equal.` };
  }
  return { state: 'in-sync', message: 'Both sides are equal.' };
}

/** What a pause means for its folder. */
export function viewOfPause({ by, until }: PauseNow): FolderView {
  const reasons = {
    person: 'Paused.',
    battery: 'Paused while the computer runs on its battery.',
    metered: 'Paused while the network is metered.',
  } as const;
  return { state: 'paused', message: reasons[by], ...(until === undefined ? {} : { nextTry: until }) };
}

function stateOf(code: string, retry: Retry): FolderState {
  if (code === 'keychain-locked') return 'keychain';
  return retry === 'ask-user' || retry === 'no' || code === 'data-in-use' ? 'attention' : 'offline';
}

/** Twice as long each time, with up to a quarter more or less, so that many clients do not come at once. */
function backOff(failures: number, chance: number): number {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 10));
  return Math.min(longestPauseMs, pause * (0.75 + chance / 2));
}

function retryAfterMs({ details }: AppError): number {
  const seconds = details.retryAfterSeconds;
  return typeof seconds === 'number' ? Math.min(seconds * 1000, longestPauseMs) : 0;
}
