import { AppError, type Clock, isAppError } from '@holdfast/base';
import { textOf } from '@holdfast/protocol';
import type { Command } from 'commander';
import { type ExitCode, exitCodeHelp, exitCodeOfError } from './exit-codes.ts';
import { ProgressLine } from './terminal/progress-line.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What every command works with. */
export interface Cli {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Tells how the process is to end. */
  readonly finish: (code: ExitCode) => void;
}

/** What a command gets when it is carried out. */
export interface Invocation<Options> {
  readonly cli: Cli;
  readonly options: Options;
  /** The words of the command line that are no options, as declared. */
  readonly words: readonly string[];
  readonly progress: ProgressLine;
  /** Prints a result: one JSON value with `--json`, text without. */
  readonly print: (value: unknown, text: () => string) => void;
}

interface JsonOption {
  readonly json?: boolean;
}

/** Gives a command `--json`, the meaning of exit codes, examples, and what it does. */
export function carryOut<Options extends JsonOption>(
  command: Command,
  cli: Cli,
  examples: readonly string[],
  work: (invocation: Invocation<Options>) => Promise<ExitCode>,
): void {
  const { terminal } = cli;
  const lines = examples.map((example) => `  ${terminal.command} ${example}`);
  command
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\nExamples:\n${lines.join('\n')}\n${exitCodeHelp}`)
    .action(async () => {
      const options = command.opts<Options>();
      const progress = new ProgressLine(terminal, cli.clock);
      const print = (value: unknown, text: () => string) =>
        terminal.out(options.json ? `${JSON.stringify(value)}\n` : text());
      try {
        cli.finish(await work({ cli, options, words: command.processedArgs, progress, print }));
      } catch (error) {
        report(error, options.json === true, cli);
      } finally {
        progress.clear();
      }
    });
}

function report(error: unknown, json: boolean, { terminal, finish }: Cli): void {
  const thrown = terminal.signal.aborted ? new AppError('aborted', {}, { cause: error }) : error;
  finish(exitCodeOfError(thrown));
  const known = isAppError(thrown);
  const code = known ? thrown.code : 'internal';
  const message = messageOf(thrown);
  if (json) terminal.out(`${JSON.stringify({ error: { code, message } })}\n`);
  terminal.err(`${message}\n`);
}

function messageOf(error: unknown): string {
  if (!isAppError(error))
    return `Unexpected error: ${error instanceof Error ? error.message : String(error)}`;
  return error.code === 'aborted' ? 'Interrupted.' : textOf(error);
}
