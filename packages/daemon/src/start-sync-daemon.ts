import { tmpdir } from 'node:os';
import type { Surroundings } from './config/default-folders.ts';
import { claimFolders } from './control/claim-folders.ts';
import { startControlServer } from './control/control-server.ts';
import { chooseSocketPlace, writeDaemonRecord } from './control/daemon-record.ts';
import { folderHandlers } from './folders/folder-handlers.ts';
import type { FolderOptions } from './folders/open-folders.ts';
import { type NodeParts, quietParts } from './node/node-parts.ts';

/** A daemon that keeps folders in sync and serves no node. Disposing of it ends it with nothing lost. */
export interface RunningSync extends AsyncDisposable {
  /** The state folder. */
  readonly state: string;
  /** How many folders it keeps in sync. */
  readonly folders: number;
}

/**
 * Keeps the folders of a state folder in sync, on a machine without a node. Resolves when it takes commands.
 * @throws AppError `data-in-use`, `data-too-new`, `store-damaged`.
 */
export async function startSyncDaemon(
  state: string,
  surroundings: Surroundings,
  given: Partial<NodeParts> = {},
  options: FolderOptions = {},
): Promise<RunningSync> {
  const parts = quietParts(given);
  const { clock, logger } = parts;
  await using stack = new AsyncDisposableStack();
  const { folders } = stack.use(await claimFolders(state, surroundings, parts, options));
  const { root, daemonRecord } = folders.parts.place;
  const running = { pid: process.pid, startedAt: clock.now() };
  const place = stack.use(chooseSocketPlace(root, tmpdir(), process.platform));
  const handlers = folderHandlers(folders, running);
  stack.use(await startControlServer(place.path, { handlers, clock, logger }));
  writeDaemonRecord(daemonRecord, { ...running, socket: place.path });
  folders.start();
  logger.info('keeping folders in sync', { state: root, folders: folders.settings.folders.length });
  const owned = stack.move();
  return {
    state: root,
    folders: folders.settings.folders.length,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
