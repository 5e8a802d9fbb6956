import { isAppError } from '@holdfast/base';

/** What the exit codes of every command mean. */
export const exitCodes = {
  ok: 0,
  /** Something is wrong or has failed; what, is said. */
  failed: 1,
  /** The command line or the configuration is not valid. */
  usage: 2,
  /** Refused until a person has decided, or because another Holdfast is at work there. */
  refused: 3,
  /** The server, or the node, could not be reached. */
  unreachable: 4,
  /** The name, password or token was not accepted, or allows too little. */
  notSignedIn: 5,
  /** Ended by Ctrl-C or by the system. */
  interrupted: 130,
} as const;

/** One of them. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byErrorCode: Readonly<Record<string, ExitCode>> = {
  'config-invalid': exitCodes.usage,
  'bad-value': exitCodes.usage,
  'mass-change': exitCodes.refused,
  'server-changed': exitCodes.refused,
  'folder-missing': exitCodes.refused,
  'data-in-use': exitCodes.refused,
  'address-in-use': exitCodes.refused,
  'data-not-empty': exitCodes.refused,
  'server-unreachable': exitCodes.unreachable,
  unavailable: exitCodes.unreachable,
  'not-signed-in': exitCodes.notSignedIn,
  'token-expired': exitCodes.notSignedIn,
  'account-disabled': exitCodes.notSignedIn,
  'scope-missing': exitCodes.notSignedIn,
  aborted: exitCodes.interrupted,
};

/** The exit code for an error of the product, by its code. */
export function exitCodeOf(code: string): ExitCode {
  return byErrorCode[code] ?? exitCodes.failed;
}

/** The exit code for anything that was thrown. */
export function exitCodeOfError(error: unknown): ExitCode {
  return isAppError(error) ? exitCodeOf(error.code) : exitCodes.failed;
}

/** The paragraph that ends the help of every command. */
export const exitCodeHelp = `
Exit codes:
  0  done, and all is well
  1  something is wrong or has failed; the output says what
  2  the command line or the configuration is not valid
  3  refused: a person has to decide, or another Holdfast is at work there
  4  the server or the node could not be reached
  5  the name, password or token was not accepted, or allows too little
  130  interrupted`;
