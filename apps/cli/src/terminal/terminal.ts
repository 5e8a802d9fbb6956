import type { Readable } from 'node:stream';

/** What a command has of the world around it. */
export interface Terminal {
  /** Writes to standard output: results, and nothing else. */
  readonly out: (text: string) => void;
  /** Writes to standard error: what is for people. */
  readonly err: (text: string) => void;
  /** Whether a person watches standard error. */
  readonly interactive: boolean;
  /** Columns of the terminal. */
  readonly columns: number;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly platform: string;
  /** How people call this command here, such as `./holdfast`. */
  readonly command: string;
  /** Aborts when the person, or the system, wants the command to end. */
  readonly signal: AbortSignal;
}
