import { tmpdir } from 'node:os';
import type { Config } from './config/config-schema.ts';
import { startControlServer } from './control/control-server.ts';
import { chooseSocketPlace, writeDaemonRecord } from './control/daemon-record.ts';
import { nodeHandlers } from './control/node-handlers.ts';
import { collectRegularly } from './node/collect-regularly.ts';
import { type FirstAdministrator, makeFirstAdministrator } from './node/first-administrator.ts';
import { type NodeParts, quietParts } from './node/node-parts.ts';
import { openNode } from './node/open-node.ts';
import { serveHttp } from './node/serve-http.ts';

/** A node that answers. Disposing of it closes it cleanly: nothing that was acknowledged is lost. */
export interface RunningNode extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8484`; with the real port. */
  readonly address: string;
  /** The data folder. */
  readonly data: string;
  /** Only of the start that has made the first account. */
  readonly firstAdministrator: FirstAdministrator | undefined;
}

/**
 * Wires a whole node and starts it: the only place where the parts are put together. Resolves when it answers.
 * @throws AppError `data-in-use`, `address-in-use`, `config-invalid`; those of the stores.
 */
export async function startDaemon(config: Config, given: Partial<NodeParts> = {}): Promise<RunningNode> {
  const parts = quietParts(given);
  const { clock, logger, random } = parts;
  await using stack = new AsyncDisposableStack();
  const node = stack.use(await openNode(config, parts));
  const { files, identity, folder } = node;
  const firstAdministrator = await makeFirstAdministrator(identity, (id) => files.createRoot(id), random);

  const stopping = new AbortController();
  const collecting = collectRegularly(node, stopping.signal);
  stack.defer(async () => {
    stopping.abort();
    await collecting;
  });

  const http = stack.use(await serveHttp(config, { files, identity, clock, random, logger }));
  const startedAt = clock.now();
  const running = { pid: process.pid, address: http.address, startedAt };
  const place = stack.use(chooseSocketPlace(folder.root, tmpdir(), process.platform));
  stack.use(await startControlServer(place.path, { handlers: nodeHandlers(node, running), clock, logger }));
  writeDaemonRecord(folder.daemonRecord, { ...running, socket: place.path });
  logger.info('listening', { address: http.address, data: folder.root });
  const owned = stack.move();
  return {
    address: http.address,
    data: folder.root,
    firstAdministrator,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
