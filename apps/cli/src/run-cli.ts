import type { Clock } from '@holdfast/base';
import { CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { buildProgram } from './program.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Carries out one command line; resolves with the exit code, and never rejects for a failure of the command. */
export async function runCli(args: readonly string[], terminal: Terminal, clock: Clock): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = buildProgram({
    terminal,
    clock,
    finish: (ended) => {
      code = ended;
    },
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  return code;
}
