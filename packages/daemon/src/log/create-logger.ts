import type { Clock, LogFields, Logger } from '@holdfast/base';

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** How to log. */
export interface LogOptions {
  readonly level: (typeof levels)[number];
  readonly format: 'json' | 'text';
  readonly clock: Clock;
  /** Takes one line with its end. */
  readonly write: (line: string) => void;
}

/** A logger that writes one line a message: JSON for machines, or text for a terminal. */
export function createLogger({ level, format, clock, write }: LogOptions): Logger {
  const render = format === 'json' ? jsonLine : textLine;
  const at =
    (own: LogOptions['level']) =>
    (message: string, fields: LogFields = {}) => {
      if (levels.indexOf(own) < levels.indexOf(level)) return;
      write(`${render(new Date(clock.now()).toISOString(), own, message, fields)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function jsonLine(time: string, level: string, message: string, fields: LogFields): string {
  return JSON.stringify({ time, level, message, ...fields }, plain);
}

function textLine(time: string, level: string, message: string, fields: LogFields): string {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value, plain)}`);
  // A control character in a file name must neither start a line of its own nor move the cursor.
  return [time.slice(11, 19), level.padEnd(5), message, ...parts].join(' ').replace(/\p{Cc}/gu, '?');
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) {
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause };
  }
  return typeof value === 'bigint' ? value.toString() : value;
}
