import type { ControlResult } from '@holdfast/protocol';
import type { Command } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { type ExitCode, exitCodeOf, exitCodes } from '../exit-codes.ts';
import { addStateOption, chosenFolder, folderControl, type StateOptions } from '../folder-control.ts';
import { formatBytes, formatCount, formatSpan, printable } from '../terminal/format-amount.ts';
import { formatTable } from '../terminal/format-table.ts';
import { describePlan } from './describe-plan.ts';
import { addFolderAdd } from './folder-add.ts';
import { addPause } from './pause.ts';

interface SyncNowOptions extends StateOptions {
  readonly all?: boolean;
  readonly plan?: boolean;
  readonly allowMassChange?: boolean;
  readonly acceptNewServer?: boolean;
  readonly acceptNewFolder?: boolean;
}

type Run = ControlResult<'folder.sync'>['runs'][number];

/** `holdfast folder …` */
export function addFolderCommands(program: Command, cli: Cli): void {
  const folder = program.command('folder').description('Folders that are kept in sync.');
  addFolderAdd(folder, cli);
  const list = addStateOption(folder.command('list').description('List the folders.'));
  carryOut<StateOptions>(list, cli, ['folder list', 'folder list --json'], async (invocation) => {
    const { folders } = await folderControl(invocation, 'folder.list', {});
    invocation.print(folders, () =>
      folders.length === 0
        ? `No folder is kept in sync yet. Add one: ${cli.terminal.command} folder add LOCAL ADDRESS --user NAME --token-file FILE\n`
        : formatTable(
            ['NAME', 'LOCAL', 'SERVER', 'ACCOUNT'],
            folders.map(({ name, local, url, account }) => [name, local, url, account]),
          ),
    );
    return exitCodes.ok;
  });
  addRemove(folder, cli);
  addPause(folder, cli, 'folder ');
  addSyncNow(folder, cli);
}

function addRemove(folder: Command, cli: Cli): void {
  const command = addStateOption(
    folder
      .command('remove')
      .description('Keep a folder in sync no longer. Its files stay on both sides.')
      .argument('<folder>', 'its name or path')
      .option('--forget', 'throw away its journal and its local history as well'),
  );
  carryOut<StateOptions & { forget?: boolean }>(
    command,
    cli,
    ['folder remove Photos'],
    async (invocation) => {
      const chosen = chosenFolder(invocation.words[0], cli.terminal).folder ?? '';
      const forget = invocation.options.forget === true;
      const removed = await folderControl(invocation, 'folder.remove', { folder: chosen, forget });
      invocation.print(
        removed,
        () =>
          `"${printable(removed.folder.name)}" is no longer kept in sync. Its files stay where they are.\n`,
      );
      return exitCodes.ok;
    },
  );
}

function addSyncNow(folder: Command, cli: Cli): void {
  const command = addStateOption(
    folder
      .command('sync')
      .description('Sync a folder now and wait for the end, also while it is paused.')
      .argument('[folder]', 'its name or path; the only one, or the one you are in, when left out')
      .option('--all', 'all folders')
      .option('--plan', 'show what would be done and change nothing')
      .option('--allow-mass-change', 'go on where much would be removed or replaced')
      .option('--accept-new-server', 'the server is another one, or restored: keep all of both sides')
      .option('--accept-new-folder', 'the local folder is another one: keep all of both sides'),
  );
  const examples = ['folder sync Photos', 'folder sync --all', 'folder sync Photos --allow-mass-change'];
  carryOut<SyncNowOptions>(command, cli, examples, async (invocation) => {
    const { options, words, print } = invocation;
    const { runs } = await folderControl(invocation, 'folder.sync', {
      ...chosenFolder(words[0], cli.terminal),
      all: options.all === true,
      planOnly: options.plan === true,
      allowMassChange: options.allowMassChange === true,
      acceptNewServer: options.acceptNewServer === true,
      acceptNewFolder: options.acceptNewFolder === true,
    });
    print(runs, () => runs.map(describeRun).join(''));
    return worstOf(runs);
  });
}

function describeRun({ folder, report }: Run): string {
  const { state, stop, steps = [], filesEqual, duration, problems, bytesUp, bytesDown } = report;
  const name = printable(folder);
  if (report.plan !== undefined) return `${name}: ${describePlan(report.plan)}`;
  const moved = bytesUp + bytesDown > 0 ? `, ${formatBytes(bytesUp)} up, ${formatBytes(bytesDown)} down` : '';
  const equal = `${formatCount(filesEqual, 'file')} equal on both sides${moved} (${formatSpan(duration)})`;
  if (state === 'stopped') {
    const list = steps.slice(0, 200).map(({ sentence }) => `  ${printable(sentence)}\n`);
    return `${name}: STOPPED: ${printable(stop?.message ?? '')}\n${list.join('')}`;
  }
  if (state === 'problems') return `${name}: NOT in sync: ${formatCount(problems, 'problem')}; ${equal}.\n`;
  return `${name}: in sync: ${equal}.\n`;
}

function worstOf(runs: readonly Run[]): ExitCode {
  for (const { report } of runs) if (report.stop !== undefined) return exitCodeOf(report.stop.code);
  return runs.some(({ report }) => report.state === 'problems') ? exitCodes.failed : exitCodes.ok;
}
