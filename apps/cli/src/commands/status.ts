import { isAppError } from '@holdfast/base';
import type { ControlResult, FoldersStatus } from '@holdfast/protocol';
import type { Command } from 'commander';
import { type Cli, carryOut, type Invocation } from '../cli.ts';
import {
  addDataOptions,
  addRunOptions,
  type DataOptions,
  type RunOptions,
  readConfig,
} from '../config-options.ts';
import { control } from '../control.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { addStateOption, folderControl, type StateOptions, stateFolderOf } from '../folder-control.ts';
import { formatBytes, printable } from '../terminal/format-amount.ts';
import { describeFolders } from './describe-folders.ts';

interface StatusOptions extends DataOptions, StateOptions {}

/** `holdfast status`, `config explain` and `version`. */
export function addStatusCommands(program: Command, cli: Cli): void {
  const status = addStateOption(
    addDataOptions(
      program
        .command('status')
        .description(
          'What the node and the synced folders are doing. Exit code 4 when what is there does not run, 1 when a folder is not in order.',
        ),
    ),
  );
  carryOut<StatusOptions>(status, cli, ['status', 'status --json'], async (invocation) => {
    const folders = await folderControl(invocation, 'folder.status', {});
    const node = await nodeStatus(invocation, folders);
    invocation.print({ ...node, folders: folders.folders, sync: withoutFolders(folders) }, () => {
      const parts = [
        node === undefined ? '' : describeNode(node),
        describeFolders(folders, cli.clock.now(), cli.terminal.command),
      ];
      return parts.filter((part) => part !== '').join('\n');
    });
    return exitCodeOf(invocation.options, node, folders);
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

/** The node that the process serves which keeps the folders in sync; undefined where it serves none. */
async function servedNode(state: string, signal: AbortSignal): Promise<ControlResult<'status'> | undefined> {
  const { askServedNode } = await import('@holdfast/daemon');
  return await askServedNode(state, { signal, onProgress: () => {} });
}

/** The node of the data folder; undefined where there is none and folders are enough to tell of. */
async function nodeStatus(
  invocation: Invocation<StatusOptions>,
  { running, folders }: FoldersStatus,
): Promise<ControlResult<'status'> | undefined> {
  const { cli, options } = invocation;
  const anyNode = options.data === undefined && options.config === undefined;
  if (anyNode && running?.address !== undefined) {
    const served = await servedNode(await stateFolderOf(options, cli.terminal), cli.terminal.signal);
    if (served !== undefined) return served;
  }
  const required = folders.length === 0;
  try {
    return await control(invocation, 'status', {});
  } catch (error) {
    if (required || invocation.options.data !== undefined || !isAppError(error, 'data-missing')) throw error;
    return undefined;
  }
}

function describeNode(node: ControlResult<'status'>): string {
  const { running } = node;
  const lines = [
    running
      ? `Running at ${running.address} (process ${running.pid}) since ${new Date(running.startedAt).toISOString()}`
      : 'Not running.',
    `Data folder  ${node.data}`,
    `Node         ${node.instanceId}, epoch ${node.epoch}`,
    ...node.accounts.map(({ id, usedBytes, quotaBytes }) => {
      const quota = quotaBytes === undefined ? '' : ` of ${formatBytes(quotaBytes)}`;
      return `Account      ${printable(id)}: ${formatBytes(usedBytes)}${quota}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function withoutFolders({ folders: _told, ...rest }: FoldersStatus): Omit<FoldersStatus, 'folders'> {
  return rest;
}

const badStates: ReadonlySet<string> = new Set(['conflicts', 'problems', 'attention', 'keychain']);

/** A node that was asked for by name must run; folders must be kept in sync, and be in order. */
function exitCodeOf(
  options: StatusOptions,
  node: ControlResult<'status'> | undefined,
  { running, folders }: FoldersStatus,
): ExitCode {
  const nodeCounts = options.data !== undefined || folders.length === 0;
  if (nodeCounts && node?.running === undefined) return exitCodes.unreachable;
  if (folders.length > 0 && running === undefined) return exitCodes.unreachable;
  const wrong = folders.some(({ state }) => badStates.has(state));
  return wrong ? exitCodes.failed : exitCodes.ok;
}
