import { resolve } from 'node:path';
import type { ControlResult } from '@holdfast/protocol';
import { type Command, Option } from 'commander';
import { type Cli, carryOut, type Invocation } from '../cli.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { addStateOption, folderControl, type StateOptions } from '../folder-control.ts';
import { askYes, canAsk } from '../terminal/ask-yes.ts';
import { printable } from '../terminal/format-amount.ts';
import { readTokenIfGiven, type TokenOptions } from '../terminal/read-token.ts';
import { describePlan } from './describe-plan.ts';

interface AddOptions extends StateOptions, TokenOptions {
  readonly user: string;
  readonly name?: string;
  readonly tokenStore?: 'keychain' | 'file';
  readonly links?: boolean;
  readonly plan?: boolean;
  readonly yes?: boolean;
}

type Plan = ControlResult<'folder.plan'>;

/** `holdfast folder add`. */
export function addFolderAdd(folder: Command, cli: Cli): void {
  const command = addStateOption(
    folder
      .command('add')
      .description(
        'Keep a local folder and a folder on a server in sync from now on. Shows first what will be done; nothing is removed on either side.',
      )
      .argument('<local>', 'the local folder; made when it is missing')
      .argument('<url>', 'address of the server, or of a folder on it')
      .requiredOption('--user <name>', 'the account')
      .option('--token-stdin', 'read the token or password from standard input')
      .option('--token-file <file>', 'read it from a file; neither is needed for an account that is known')
      .addOption(
        new Option(
          '--token-store <where>',
          'where the token is kept (default: the keychain of the system)',
        ).choices(['keychain', 'file']),
      )
      .option('--name <name>', 'what to call it (default: the last name of the path)')
      .option('--links', 'sync symbolic links as such (between Holdfast nodes)')
      .option('--plan', 'show what would be done, and add nothing')
      .option('--yes', 'do not ask'),
  );
  const examples = [
    'folder add ~/Documents https://files.example.org/ --user alice --token-file token.txt',
    'folder add ~/Photos https://files.example.org/Photos --user alice --name Photos --yes',
    'folder add ~/Work https://cloud.example.com/ --user alice --token-stdin --token-store file --yes < token.txt',
  ];
  carryOut<AddOptions>(command, cli, examples, add);
}

async function add(invocation: Invocation<AddOptions>): Promise<ExitCode> {
  const { cli, options, words, print } = invocation;
  const { terminal } = cli;
  const token = await readTokenIfGiven(terminal, options);
  const target = {
    local: resolve(terminal.cwd, words[0] ?? ''),
    url: words[1] ?? '',
    user: options.user,
    links: options.links === true,
    ...(token === undefined ? {} : { token }),
  };
  const plan = await folderControl(invocation, 'folder.plan', target);
  if (options.plan) {
    print(plan, () => describe(plan));
    return exitCodes.ok;
  }
  if (!options.yes) {
    terminal.err(describe(plan));
    if (!canAsk(terminal) || !(await askYes(terminal, 'Start?'))) {
      terminal.err('Nothing was changed. --yes starts without asking.\n');
      return exitCodes.refused;
    }
  }
  const { name, tokenStore } = options;
  const added = await folderControl(invocation, 'folder.add', {
    ...target,
    ...(name === undefined ? {} : { name }),
    ...(tokenStore === undefined ? {} : { tokenStore }),
  });
  const { running } = await folderControl(invocation, 'folder.status', {});
  const hint = running === undefined ? ` Start it: ${terminal.command} run --sync-only` : '';
  print({ ...added, plan: { steps: plan.plan.stepCount }, running: running !== undefined }, () => {
    const warnings = added.warnings.map((warning) => `Note: ${printable(warning)}\n`).join('');
    return `${warnings}"${printable(added.folder.name)}" is kept in sync from now on.${hint}\n`;
  });
  return exitCodes.ok;
}

function describe({ warnings, plan }: Plan): string {
  return `${warnings.map((warning) => `Note: ${printable(warning)}\n`).join('')}${describePlan(plan)}`;
}
