export type { RunReport, SyncEngine, SyncEvent } from '@holdfast/sync';
export type { Config } from './config/config-schema.ts';
export { defaultDataFolder, defaultStateFolder, type Surroundings } from './config/default-folders.ts';
export type { ExplainedSetting } from './config/explain-config.ts';
export type { ConfigProblem, ConfigSources, LoadedConfig } from './config/load-config.ts';
export type { CarryOutOptions } from './control/carry-out-command.ts';
export type { CommandContext } from './control/dispatch.ts';
export {
  askServedNode,
  carryOutCommand,
  carryOutFolderCommand,
  explainConfig,
  initData,
  loadConfig,
  openSyncPair,
  planOf,
  restoreData,
  startDaemon,
  startSyncDaemon,
} from './entries.ts';
export { createLogger, type LogOptions } from './log/create-logger.ts';
export { type FirstAdministrator, generatePassword } from './node/first-administrator.ts';
export type { NodeParts } from './node/node-parts.ts';
export type { KeptFolders, RunningNode } from './start-daemon.ts';
export type { RunningSync } from './start-sync-daemon.ts';
export type { OpenSyncPair, SyncTarget, SyncWorld } from './sync/open-sync-pair.ts';
