import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError, type Clock, type Logger, systemRandom } from '@holdfast/base';
import { openRemote } from '@holdfast/client';
import { openFolder } from '@holdfast/localfs';
import { openEngine, type SyncEngine, type SyncEvent } from '@holdfast/sync';
import { defaultStateFolder, type Surroundings } from '../config/default-folders.ts';
import { createNodeFetch } from '../transport/node-fetch.ts';

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
}

/** What a pair takes from outside. */
export interface SyncWorld {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  readonly onEvent?: (event: SyncEvent) => void;
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
  { surroundings, clock, signal, logger, onEvent },
) => {
  const url = readAddress(target.url);
  const stateDir = target.stateDir ?? defaultStateDir(target, url, surroundings);
  makeMissingFolder(target.local, stateDir);
  const folder = await openFolder({
    root: target.local,
    historyDir: join(stateDir, 'history'),
    clock,
    random: systemRandom,
  });
  await using stack = new AsyncDisposableStack();
  const { fetch } = stack.use(createNodeFetch());
  const log = logger === undefined ? {} : { logger };
  const remote = await openRemote({
    ...{ url, user: target.user, secret: async () => target.token },
    ...{ fetch, clock, signal, ...log },
  });
  const engine = stack.use(
    await openEngine({
      ...{ folder, remote, stateDir, clock, ...log },
      ...(onEvent === undefined ? {} : { onEvent }),
    }),
  );
  const owned = stack.move();
  return {
    run: (options) => engine.run(options),
    watch: (options) => engine.watch(options),
    wake: () => engine.wake(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

function readAddress(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new AppError('bad-value', {
      message: `"${text}" is no address: it must begin with http:// or https://`,
    });
  }
  // Addresses are shown by `ps` and written to logs.
  if (url.username !== '' || url.password !== '') {
    throw new AppError('bad-value', {
      message: 'Leave name and password out of the address; use --user and --token-stdin.',
    });
  }
  return url.href;
}

/** One journal for each folder, server and account. */
function defaultStateDir({ local, user }: SyncTarget, url: string, surroundings: Surroundings): string {
  const pair = JSON.stringify([realPath(local), url, user]);
  const name = createHash('sha256').update(pair).digest('hex').slice(0, 32);
  return join(defaultStateFolder(surroundings), 'sync', name);
}

/** The real path, also of what does not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/** A folder that has been synced and is gone must not be taken for one that was emptied (R4). */
function makeMissingFolder(local: string, stateDir: string): void {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  if (readdirSync(stateDir).length === 0) mkdirSync(local, { recursive: true });
}
