import type { RestoreReport } from '@holdfast/files';
import type {
  ControlParams,
  ControlResult,
  FolderCommand,
  FolderPlan,
  NodeCommand,
} from '@holdfast/protocol';
import type { RunReport } from '@holdfast/sync';
import type { Config } from './config/config-schema.ts';
import type { Surroundings } from './config/default-folders.ts';
import type { ExplainedSetting } from './config/explain-config.ts';
import type { ConfigSources, LoadedConfig } from './config/load-config.ts';
import type { CarryOutOptions } from './control/carry-out-command.ts';
import type { CommandContext } from './control/dispatch.ts';
import type { FolderOptions } from './folders/open-folders.ts';
import type { FirstAdministrator } from './node/first-administrator.ts';
import type { NodeParts } from './node/node-parts.ts';
import type { KeptFolders, RunningNode } from './start-daemon.ts';
import type { RunningSync } from './start-sync-daemon.ts';
import type { OpenSyncPair } from './sync/open-sync-pair.ts';

// The ways into this package, each of which loads what it needs and nothing else: `sync` no server, `run` no
// sync engine.

/** See config/load-config.ts. */
export async function loadConfig(sources: ConfigSources): Promise<LoadedConfig> {
  const entry = await import('./config/load-config.ts');
  return entry.loadConfig(sources);
}

/** See config/explain-config.ts. */
export async function explainConfig(loaded: LoadedConfig): Promise<readonly ExplainedSetting[]> {
  const entry = await import('./config/explain-config.ts');
  return entry.explainConfig(loaded);
}

/** See start-daemon.ts. */
export async function startDaemon(
  config: Config,
  parts?: Partial<NodeParts>,
  folders?: KeptFolders,
): Promise<RunningNode> {
  const entry = await import('./start-daemon.ts');
  return await entry.startDaemon(config, parts, folders);
}

/** See start-sync-daemon.ts. */
export async function startSyncDaemon(
  state: string,
  surroundings: Surroundings,
  parts?: Partial<NodeParts>,
  options?: FolderOptions,
): Promise<RunningSync> {
  const entry = await import('./start-sync-daemon.ts');
  return await entry.startSyncDaemon(state, surroundings, parts, options);
}

/** See node/init-data.ts. */
export async function initData(config: Config): Promise<FirstAdministrator | undefined> {
  const entry = await import('./node/init-data.ts');
  return await entry.initData(config);
}

/** See node/restore-data.ts. */
export async function restoreData(
  file: string,
  folder: string,
  context: CommandContext,
): Promise<RestoreReport> {
  const entry = await import('./node/restore-data.ts');
  return await entry.restoreData(file, folder, context);
}

/** See control/carry-out-command.ts. */
export async function carryOutCommand<C extends NodeCommand>(
  config: Config,
  command: C,
  params: ControlParams<C>,
  options: CarryOutOptions,
): Promise<ControlResult<C>> {
  const entry = await import('./control/carry-out-command.ts');
  return await entry.carryOutCommand(config, command, params, options);
}

/** See control/carry-out-folder-command.ts. */
export async function carryOutFolderCommand<C extends FolderCommand>(
  state: string,
  surroundings: Surroundings,
  command: C,
  params: ControlParams<C>,
  context: CommandContext,
): Promise<ControlResult<C>> {
  const entry = await import('./control/carry-out-folder-command.ts');
  return await entry.carryOutFolderCommand(state, surroundings, command, params, context);
}

/** See sync/open-sync-pair.ts. */
export const openSyncPair: OpenSyncPair = async (target, world) => {
  const entry = await import('./sync/open-sync-pair.ts');
  return await entry.openSyncPair(target, world);
};

/** See control/ask-served-node.ts. */
export async function askServedNode(
  state: string,
  context: CommandContext,
): Promise<ControlResult<'status'> | undefined> {
  const entry = await import('./control/ask-served-node.ts');
  return await entry.askServedNode(state, context);
}

/** See folders/plan-out.ts. */
export async function planOf(report: RunReport): Promise<FolderPlan> {
  const entry = await import('./folders/plan-out.ts');
  return entry.planOut(report);
}
