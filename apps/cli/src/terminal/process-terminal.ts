import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { AppError } from '@holdfast/base';
import type { Terminal } from './terminal.ts';

/** The terminal of this process. SIGINT and SIGTERM abort its signal once; a second one ends the process. */
export function processTerminal(entry: string): Terminal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => stop.abort(new AppError('aborted', { signal: name })));
  }
  // A reader such as `head` that has enough is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    interactive: process.stderr.isTTY === true,
    columns: process.stderr.columns ?? 80,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    platform: process.platform,
    command: commandName(entry),
    signal: stop.signal,
  };
}

/** In a checkout the launcher beside `dist`; elsewhere the command on the PATH. */
function commandName(entry: string): string {
  const launcher = join(dirname(dirname(entry)), 'holdfast');
  if (!existsSync(launcher)) return 'holdfast';
  const path = relative(process.cwd(), launcher);
  return path.startsWith('..') ? launcher : `./${path}`;
}
