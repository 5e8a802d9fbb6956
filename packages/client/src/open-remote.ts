import { type Clock, type Logger, namesOf, silentLogger, systemClock } from '@holdfast/base';
import { decodePath } from '@holdfast/protocol';
import { FolderAddress } from './address.ts';
import { NodeBatches } from './batch-transfers.ts';
import type { Credentials, DavClient } from './dav-client.ts';
import { DavRemote } from './dav-remote.ts';
import { NodeDeltas } from './delta-transfers.ts';
import { dialectOf } from './dialect.ts';
import { listenToEvents } from './listen-events.ts';
import { listenToNotifyPush } from './listen-notify-push.ts';
import { probeServer, type ServerProbe } from './probe-server.ts';
import { readEpoch } from './read-epoch.ts';
import type { Remote, RemoteProfile } from './remote.ts';
import { type OpenTextSocket, platformSocket } from './text-socket.ts';
import { type Fetch, platformFetch } from './transport.ts';

/** Which folder on which server, and as whom. */
export interface OpenRemoteOptions extends Credentials {
  /** The address of the server, or of the folder in its DAV address; what follows the server is the folder. */
  readonly url: string;
  /** The transport; the platform's own `fetch` unless given. */
  readonly fetch?: Fetch;
  /** How WebSockets are opened; the platform's own unless given. */
  readonly openSocket?: OpenTextSocket;
  /**
   * Files of up to so many bytes are read back whole after an upload to a server that proves nothing; larger ones in
   * parts. 64 MiB where nothing is said.
   */
  readonly readBackUpTo?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly signal?: AbortSignal;
  /** Takes one of our own nodes for a server of this kind. For tests of that dialect. */
  readonly as?: 'nextcloud';
}

/**
 * Finds out what kind of server it is and opens the folder. The folder itself may be missing: see `ensureRoot`.
 * @throws AppError those of `probeServer`.
 */
export async function openRemote(options: OpenRemoteOptions): Promise<Remote> {
  const { fetch = platformFetch, clock = systemClock, logger = silentLogger } = options;
  const { probe, dav } = await probeServer(options.url, { ...options, fetch, clock });
  const dialect = dialectOf(probe);
  const { kind, name, identity, epoch, encrypted } = probe;
  const profile: RemoteProfile = { kind, name, identity, epoch, encrypted, ...dialect.profile };
  logger.info('server probed', { kind, name, encrypted });
  if (!encrypted) logger.warn('the connection to the server is not encrypted', { origin: probe.origin });
  const place = { dav, address: new FolderAddress(probe.folder), properties: dialect.properties };
  const folder = namesOf(decodePath(probe.folder.slice(probe.mount.length)))
    .filter(Boolean)
    .join('/');
  const batches = probe.batch && new NodeBatches({ dav, folder, ...probe.batch });
  return new DavRemote(profile, place, dialect, {
    batches,
    deltas: probe.delta && new NodeDeltas(place, probe.delta),
    resumeMinBytes: probe.resumeMinBytes,
    readBackUpTo: options.readBackUpTo,
    epochNow: epoch === '' ? undefined : (signal) => readEpoch(dav, probe, signal),
    listen: listenerOf(probe, dav, options, clock),
  });
}

function listenerOf(
  { push, origin }: ServerProbe,
  dav: DavClient,
  options: OpenRemoteOptions,
  clock: Clock,
): Remote['listen'] | undefined {
  if (push?.kind === 'events') {
    return (onNews, signal) => listenToEvents({ dav, clock, ...push }, onNews, signal);
  }
  if (push?.kind === 'notify-push') {
    const { openSocket: open = platformSocket } = options;
    const source = { origin, path: push.path, credentials: options, clock, open };
    return (onNews, signal) => listenToNotifyPush(source, onNews, signal);
  }
  return undefined;
}
