import type { RunningNode } from '@holdfast/daemon';
import type { Command } from 'commander';
import { type Cli, carryOut, type Invocation } from '../cli.ts';
import { addRunOptions, type DataOptions, type RunOptions, readConfig } from '../config-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStateOption, type StateOptions, stateFolderOf } from '../folder-control.ts';
import { formatCount } from '../terminal/format-amount.ts';
import { quoteWord } from '../terminal/quote-word.ts';

interface NodeOptions extends RunOptions, StateOptions {
  readonly headless?: boolean;
  readonly syncOnly?: boolean;
}

/** `holdfast run` and `holdfast init`. */
export function addRunCommands(program: Command, cli: Cli): void {
  const run = addStateOption(
    addRunOptions(
      program
        .command('run')
        .description(
          'Run a node, and keep the folders of this computer in sync, until it is interrupted. The first start makes the data folder and an administrator.',
        )
        .option('--headless', 'for servers: no hints for people')
        .option('--sync-only', 'only keep the folders in sync, without a node'),
    ),
  );
  const examples = [
    'run',
    'run --data ./data --listen 127.0.0.1:8484',
    'run --headless --log-format json',
    'run --sync-only',
  ];
  carryOut<NodeOptions>(run, cli, examples, (invocation) => runNode(invocation));

  const init = addRunOptions(
    program
      .command('init')
      .description(
        'Make a data folder with an administrator, without starting the node. Harmless when it is there.',
      ),
  );
  carryOut<RunOptions>(init, cli, ['init --data ./data'], async ({ options, print }) => {
    const { config } = await readConfig(options, cli.terminal);
    const { initData } = await import('@holdfast/daemon');
    const administrator = await initData(config);
    print({ data: config.data, administrator }, () =>
      administrator
        ? `Data folder ${config.data} made.\nAdministrator: ${administrator.id}   Password, shown once: ${administrator.password}\n`
        : `${config.data} has accounts already; nothing was changed.\n`,
    );
    return exitCodes.ok;
  });
}

async function runNode({ cli, options }: Invocation<NodeOptions>) {
  const { terminal, clock } = cli;
  const { config, origins } = await readConfig(options, terminal);
  const { createLogger, startDaemon, startSyncDaemon } = await import('@holdfast/daemon');
  const { format } = config.log;
  // A line for every request would push the hints, and the password, out of a person's sight.
  const quiet = terminal.interactive && origins.get('log.level') === 'default';
  const level = quiet ? 'warn' : config.log.level;
  const auto = terminal.interactive ? 'text' : 'json';
  const logger = createLogger({
    level,
    format: format === 'auto' ? auto : format,
    clock,
    write: terminal.err,
  });
  const state = await stateFolderOf(options, terminal);
  if (options.syncOnly) {
    await using sync = await startSyncDaemon(state, terminal, { logger, clock });
    const { folders } = sync;
    terminal.out(
      options.json
        ? `${JSON.stringify({ state, folders })}\n`
        : `keeping ${formatCount(folders, 'folder')} in sync\n`,
    );
    await untilAborted(terminal.signal);
    logger.info('stopping');
    return exitCodes.ok;
  }
  const required = options.state !== undefined;
  const kept = { state, surroundings: terminal, required };
  await using node = await startDaemon(config, { logger, clock }, kept);
  const password = node.firstAdministrator?.password;
  if (password !== undefined) {
    terminal.err(`\nAdministrator: admin   Password, shown once: ${password}\n`);
  }
  if (!options.headless) terminal.err(hints(node, options, cli));
  terminal.out(
    options.json ? `${JSON.stringify({ listening: node.address })}\n` : `listening on ${node.address}\n`,
  );
  await untilAborted(terminal.signal);
  logger.info('stopping');
  return exitCodes.ok;
}

/** The address, and one line that syncs a first folder when it is pasted into a shell. */
function hints(node: RunningNode, options: DataOptions, { terminal }: Cli): string {
  const where = (options.data ?? options.config) ? [`--data ${quoteWord(node.data, terminal.platform)}`] : [];
  const make = [terminal.command, 'token create --user admin --name first-folder', ...where];
  const sync = [
    terminal.command,
    'sync',
    '~/Holdfast',
    `${node.address}/`,
    '--user admin --token-stdin --watch',
  ];
  return `
Holdfast is at ${node.address}/ (this machine's data: ${node.data})
To sync a first folder, paste this line into another terminal, here:

  ${make.join(' ')} | ${sync.join(' ')}

Ctrl-C ends the node.

`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
