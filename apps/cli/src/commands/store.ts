import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import { addDataOptions, type DataOptions, readConfig } from '../config-options.ts';
import { control } from '../control.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatBytes, formatCount, formatNumber, printable } from '../terminal/format-amount.ts';

/** `holdfast check`, `gc`, `backup` and `restore`. */
export function addStoreCommands(program: Command, cli: Cli): void {
  addCheck(program, cli);
  const gc = addDataOptions(
    program
      .command('gc')
      .description('Remove content that nothing refers to any more and that is old enough.'),
  );
  carryOut<DataOptions>(gc, cli, ['gc'], async (invocation) => {
    const result = await control(invocation, 'gc', {});
    invocation.print(
      result,
      () =>
        `${formatCount(result.removedBlobs, 'piece')} of content removed, ${formatBytes(result.freedBytes)} freed.\n`,
    );
    return exitCodes.ok;
  });
  addBackup(program, cli);
  addRestore(program, cli);
}

function addCheck(program: Command, cli: Cli): void {
  const command = addDataOptions(
    program
      .command('check')
      .description('Check the whole store: every row, every file content against its hash.')
      .option('--repair', 'mend what can be mended without losing anything'),
  );
  carryOut<DataOptions & { repair?: boolean }>(
    command,
    cli,
    ['check', 'check --repair --json'],
    async (invocation) => {
      const report = await control(invocation, 'check', { repair: invocation.options.repair === true });
      invocation.print(report, () => {
        const lines = report.findings.map(
          ({ message, repaired }) => `${repaired ? 'repaired' : 'DAMAGED'}  ${printable(message)}`,
        );
        const counts = Object.entries(report.counts).map(([what, count]) => `${formatNumber(count)} ${what}`);
        const verdict = report.whole
          ? 'The store is whole.'
          : 'The store is damaged. Run "check --repair", or restore a backup.';
        return `${[...lines, `Looked at ${counts.join(', ')}.`, verdict].join('\n')}\n`;
      });
      return report.whole ? exitCodes.ok : exitCodes.failed;
    },
  );
}

function addBackup(program: Command, cli: Cli): void {
  const command = addDataOptions(
    program
      .command('backup')
      .description('Write everything the node keeps to one file, as it is at one moment. The node may run.')
      .requiredOption(
        '--to <file>',
        'the file to make; one that is there is replaced once the new one is complete',
      ),
  );
  carryOut<DataOptions & { to: string }>(
    command,
    cli,
    ['backup --to monday.holdfast'],
    async (invocation) => {
      const to = resolve(cli.terminal.cwd, invocation.options.to);
      const result = await control(invocation, 'backup', { to });
      invocation.print(result, () => `Backup of ${formatBytes(result.bytes)} written to ${result.file}.\n`);
      return exitCodes.ok;
    },
  );
}

function addRestore(program: Command, cli: Cli): void {
  const command = addDataOptions(
    program
      .command('restore')
      .description(
        'Make a new data folder out of a backup. Clients will notice and ask before they remove anything.',
      )
      .argument('<file>', 'a file that "backup" has written'),
  );
  carryOut<DataOptions>(command, cli, ['restore monday.holdfast --data ./restored'], async (invocation) => {
    const { options, words, progress, print } = invocation;
    const { config } = await readConfig(options, cli.terminal);
    const { restoreData } = await import('@holdfast/daemon');
    const file = resolve(cli.terminal.cwd, words[0] ?? '');
    const result = await restoreData(file, config.data, {
      signal: cli.terminal.signal,
      onProgress: (step) => progress.show(step),
    });
    progress.clear();
    print(
      result,
      () => `Restored to ${config.data}. Start it with: ${cli.terminal.command} run --data ${config.data}\n`,
    );
    return exitCodes.ok;
  });
}
