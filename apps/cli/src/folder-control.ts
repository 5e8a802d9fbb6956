import { resolve } from 'node:path';
import type { ControlParams, ControlResult, FolderCommand, FolderEvent } from '@holdfast/protocol';
import type { Command } from 'commander';
import type { Invocation } from './cli.ts';
import type { Terminal } from './terminal/terminal.ts';

/** Options that name the state folder. */
export interface StateOptions {
  readonly json?: boolean;
  readonly state?: string;
}

/** Adds `--state`. */
export function addStateOption(command: Command): Command {
  return command.option(
    '--state <folder>',
    'settings, journals and history of synced folders (HOLDFAST_STATE; default: in your home folder)',
  );
}

/** The state folder that is meant. */
export async function stateFolderOf(options: StateOptions, terminal: Terminal): Promise<string> {
  if (options.state !== undefined) return resolve(terminal.cwd, options.state);
  const { defaultStateFolder } = await import('@holdfast/daemon');
  return defaultStateFolder(terminal);
}

/** Carries out a command about synced folders: by the daemon that keeps them, or right here. */
export async function folderControl<C extends FolderCommand>(
  invocation: Invocation<StateOptions>,
  command: C,
  params: ControlParams<C>,
  onEvent?: (event: FolderEvent) => Promise<void>,
): Promise<ControlResult<C>> {
  const { cli, options, progress } = invocation;
  const { carryOutFolderCommand } = await import('@holdfast/daemon');
  const state = await stateFolderOf(options, cli.terminal);
  const result = await carryOutFolderCommand(state, cli.terminal, command, params, {
    signal: cli.terminal.signal,
    onProgress: (step) => progress.show(step),
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  progress.clear();
  return result;
}

/** The parameters that name a folder: a word of the command line, or else where the person is. */
export function chosenFolder(
  folder: string | undefined,
  { cwd }: Terminal,
): { folder?: string; near?: string } {
  return folder === undefined ? { near: resolve(cwd, '.') } : { folder: asPath(folder, cwd) };
}

/** Names stay as they are; what is written as a path becomes an absolute one. */
function asPath(folder: string, cwd: string): string {
  return /^\.{0,2}[\\/]|^\.{1,2}$/.test(folder) ? resolve(cwd, folder) : folder;
}
