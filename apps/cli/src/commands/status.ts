import type { Command } from 'commander';
import { type Cli, carryOut } from '../cli.ts';
import {
  addDataOptions,
  addRunOptions,
  type DataOptions,
  type RunOptions,
  readConfig,
} from '../config-options.ts';
import { control } from '../control.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatBytes, printable } from '../terminal/format-amount.ts';

/** `holdfast status`, `config explain` and `version`. */
export function addStatusCommands(program: Command, cli: Cli): void {
  const status = addDataOptions(
    program
      .command('status')
      .description('What the node on this data folder is doing. Exit code 4 when none runs.'),
  );
  carryOut<DataOptions>(status, cli, ['status', 'status --json'], async (invocation) => {
    const result = await control(invocation, 'status', {});
    invocation.print(result, () => {
      const { running } = result;
      const lines = [
        running
          ? `Running at ${running.address} (process ${running.pid}) since ${new Date(running.startedAt).toISOString()}`
          : 'Not running.',
        `Data folder  ${result.data}`,
        `Node         ${result.instanceId}, epoch ${result.epoch}`,
        ...result.accounts.map(({ id, usedBytes, quotaBytes }) => {
          const quota = quotaBytes === undefined ? '' : ` of ${formatBytes(quotaBytes)}`;
          return `Account      ${printable(id)}: ${formatBytes(usedBytes)}${quota}`;
        }),
      ];
      return `${lines.join('\n')}\n`;
    });
    return result.running ? exitCodes.ok : exitCodes.unreachable;
  });

  const config = program.command('config').description('The configuration.');
  const explain = addRunOptions(
    config.command('explain').description('Every setting: its value, where that comes from, what it means.'),
  );
  carryOut<RunOptions>(explain, cli, ['config explain --data ./data'], async ({ options, print }) => {
    const loaded = await readConfig(options, cli.terminal);
    const { explainConfig } = await import('@holdfast/daemon');
    const settings = await explainConfig(loaded);
    print(settings, () =>
      settings
        .map(({ key, value, origin, variable, description }) => {
          const shown = value === undefined ? '(not set)' : JSON.stringify(value);
          return `${key} = ${shown}   from ${origin}\n    ${description} (${variable})\n`;
        })
        .join(''),
    );
    return exitCodes.ok;
  });

  const version = program.command('version').description('The version of this program.');
  carryOut(version, cli, ['version'], async ({ print }) => {
    const { version: number } = await import('../version.ts');
    print({ version: number, node: process.versions.node }, () => `holdfast ${number}\n`);
    return exitCodes.ok;
  });
}
