import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { addAccountCommands } from './commands/account.ts';
import { addConflictsCommand } from './commands/conflicts.ts';
import { addEventsCommand } from './commands/events.ts';
import { addFileCommands } from './commands/files.ts';
import { addFolderCommands } from './commands/folder.ts';
import { addLimitCommands } from './commands/limits.ts';
import { addPause } from './commands/pause.ts';
import { addRunCommands } from './commands/run.ts';
import { addRunHistoryCommands } from './commands/runs.ts';
import { addStatusCommands } from './commands/status.ts';
import { addStoreCommands } from './commands/store.ts';
import { addSyncCommand } from './commands/sync.ts';
import { addTokenCommands } from './commands/token.ts';
import { addUserCommands } from './commands/user.ts';
import { exitCodeHelp } from './exit-codes.ts';
import { version } from './version.ts';

/** The `holdfast` command with all that belongs to it. */
export function buildProgram(cli: Cli): Command {
  const program = new Command('holdfast')
    .description('Host your own file node, and keep folders in sync with it.')
    .version(`holdfast ${version}`, '-V, --version')
    .exitOverride()
    .showHelpAfterError('(--help shows what can be given)')
    .configureOutput({ writeOut: cli.terminal.out, writeErr: cli.terminal.err })
    .addHelpText('after', exitCodeHelp);
  addRunCommands(program, cli);
  addUserCommands(program, cli);
  addTokenCommands(program, cli);
  addSyncCommand(program, cli);
  addFolderCommands(program, cli);
  addAccountCommands(program, cli);
  addStatusCommands(program, cli);
  addFileCommands(program, cli);
  addRunHistoryCommands(program, cli);
  addConflictsCommand(program, cli);
  addPause(program, cli, '');
  addLimitCommands(program, cli);
  addEventsCommand(program, cli);
  addStoreCommands(program, cli);
  return program;
}
