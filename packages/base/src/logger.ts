/** Facts of one log line. Never a secret, a password, a token or a whole file name list. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log. `message` is a fixed sentence; what varies goes into `fields`. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
