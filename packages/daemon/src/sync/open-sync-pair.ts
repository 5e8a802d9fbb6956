import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Logger, systemRandom } from '@holdfast/base';
import { type Fetch, openRemote } from '@holdfast/client';
import { openFolder } from '@holdfast/localfs';
import { openEngine, type SyncEngine, type SyncEvent } from '@holdfast/sync';
import { defaultStateFolder, type Surroundings } from '../config/default-folders.ts';
import { createNodeFetch } from '../transport/node-fetch.ts';
import { journalName, readAddress } from './pair-address.ts';

/** What is to be made equal. */
export interface SyncTarget {
  /** The local folder, absolute. Made, when it is missing, unless it has been synced before. */
  readonly local: string;
  /** Address of a server, or of a folder on it. */
  readonly url: string;
  readonly user: string;
  /** An app token, or a password where the server wants one. */
  readonly token: string;
  /** Folder of the journal and the history; chosen by folder, address and user when left out. */
  readonly stateDir?: string;
  /** Syncs symbolic links as such, between our own nodes. */
  readonly links?: boolean;
}

/** What a pair takes from outside. */
export interface SyncWorld {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  readonly onEvent?: (event: SyncEvent) => void;
  /** The transport, where several pairs share one; a pair's own unless given. */
  readonly fetch?: Fetch;
}

/** Opens a pair. */
export type OpenSyncPair = (target: SyncTarget, world: SyncWorld) => Promise<SyncEngine>;

/**
 * Wires a local folder, a server and the sync engine.
 * @throws AppError `bad-value` (the address), `folder-missing`, `data-in-use` (another sync of the same pair),
 * those of signing in.
 */
export const openSyncPair: OpenSyncPair = async (
  target,
  { surroundings, clock, signal, logger, onEvent, fetch: shared },
) => {
  const url = readAddress(target.url);
  const stateDir =
    target.stateDir ?? join(defaultStateFolder(surroundings), 'sync', journalName({ ...target, url }));
  makeMissingFolder(target.local, stateDir);
  const folder = await openFolder({
    root: target.local,
    historyDir: join(stateDir, 'history'),
    clock,
    random: systemRandom,
    links: target.links === true,
  });
  await using stack = new AsyncDisposableStack();
  const fetch = shared ?? stack.use(createNodeFetch()).fetch;
  const log = logger === undefined ? {} : { logger };
  const remote = await openRemote({
    ...{ url, user: target.user, secret: async () => target.token },
    ...{ fetch, clock, signal, ...log },
  });
  const engine = stack.use(
    await openEngine({
      ...{ folder, remote, stateDir, clock, ...log, links: target.links === true },
      platform: surroundings.platform,
      ...(onEvent === undefined ? {} : { onEvent }),
    }),
  );
  const owned = stack.move();
  return {
    care: engine.care,
    run: (options) => engine.run(options),
    watch: (options) => engine.watch(options),
    wake: () => engine.wake(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

/** A folder that has been synced and is gone must not be taken for one that was emptied (R4). */
function makeMissingFolder(local: string, stateDir: string): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  if (readdirSync(stateDir).length === 0) mkdirSync(local, { recursive: true });
}
