import { tmpdir } from 'node:os';
import type { Config } from './config/config-schema.ts';
import type { Surroundings } from './config/default-folders.ts';
import { claimFolders } from './control/claim-folders.ts';
import { startControlServer } from './control/control-server.ts';
import { chooseSocketPlace, writeDaemonRecord } from './control/daemon-record.ts';
import { nodeHandlers } from './control/node-handlers.ts';
import { folderHandlers } from './folders/folder-handlers.ts';
import type { FolderOptions, OpenedFolders } from './folders/open-folders.ts';
import { collectRegularly } from './node/collect-regularly.ts';
import { type FirstAdministrator, makeFirstAdministrator } from './node/first-administrator.ts';
import { type NodeParts, quietParts } from './node/node-parts.ts';
import { openNode } from './node/open-node.ts';
import { prepareRegularly } from './node/prepare-regularly.ts';
import { serveHttp } from './node/serve-http.ts';

/** A node that answers. Disposing of it closes it cleanly: nothing that was acknowledged is lost. */
export interface RunningNode extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8484`; with the real port. */
  readonly address: string;
  /** The data folder. */
  readonly data: string;
  /** Only of the start that has made the first account. */
  readonly firstAdministrator: FirstAdministrator | undefined;
  /** How many folders are kept in sync; undefined where that is another process's matter. */
  readonly folders: number | undefined;
}

/** Which folders a daemon keeps in sync. */
export interface KeptFolders extends FolderOptions {
  /** The state folder. */
  readonly state: string;
  readonly surroundings: Surroundings;
  /** A person has named the state folder: without it the daemon does not start. */
  readonly required: boolean;
}

/**
 * Wires a whole node and starts it, with the synced folders where they are given: the only place, with
 * `startSyncDaemon`, where the parts are put together. Resolves when it answers.
 * @throws AppError `data-in-use`, `address-in-use`, `config-invalid`; those of the stores.
 */
export async function startDaemon(
  config: Config,
  given: Partial<NodeParts> = {},
  kept?: KeptFolders,
): Promise<RunningNode> {
  const parts = quietParts(given);
  const { clock, logger, random } = parts;
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await openNode(config, parts));
  const { files, identity, folder } = node;
  const firstAdministrator = await makeFirstAdministrator(identity, (id) => files.createRoot(id), random);

  const stopping = new AbortController();
  const collecting = Promise.all([
    collectRegularly(node, stopping.signal),
    prepareRegularly(node, stopping.signal),
  ]);
  stack.defer(async () => {
    stopping.abort();
    await collecting;
  });

  const http = stack.use(await serveHttp(config, { files, identity, clock, random, logger }));
  const startedAt = clock.now();
  const running = { pid: process.pid, address: http.address, startedAt };
  const place = stack.use(chooseSocketPlace(folder.root, tmpdir(), process.platform));
  const opened = await openKept(kept, folder.root, parts);
  if (opened !== undefined) stack.use(opened);
  const handlers = {
    ...nodeHandlers(node, running),
    ...(opened === undefined ? {} : folderHandlers(opened.folders, running)),
  };
  stack.use(await startControlServer(place.path, { handlers, clock, logger }));
  const record = { ...running, socket: place.path };
  writeDaemonRecord(folder.daemonRecord, record);
  if (opened !== undefined) writeDaemonRecord(opened.folders.parts.place.daemonRecord, record);
  opened?.folders.start();
  logger.info('listening', { address: http.address, data: folder.root });
  const owned = stack.move();
  return {
    address: http.address,
    data: folder.root,
    firstAdministrator,
    folders: opened?.folders.settings.folders.length,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A node serves without folders rather than not at all, unless a person has asked for these very folders. */
async function openKept(
  kept: KeptFolders | undefined,
  data: string,
  parts: NodeParts,
): Promise<OpenedFolders | undefined> {
  if (kept === undefined) return undefined;
  try {
    const options = { ...kept, own: [...(kept.own ?? []), data] };
    return await claimFolders(kept.state, kept.surroundings, parts, options);
  } catch (error) {
    if (kept.required) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    parts.logger.warn('folders are not kept in sync by this process', { reason });
    return undefined;
  }
}
