import { AppError, type Clock, isAppError, namesOf } from '@holdfast/base';
import { type BatchLimits, type DeltaLimits, decodePath, encodePath } from '@holdfast/protocol';
import { FolderAddress } from './address.ts';
import { type Credentials, DavClient } from './dav-client.ts';
import { fingerprintOf } from './entry-of-response.ts';
import { lookAt } from './listing.ts';
import { parseServerUrl } from './parse-server-url.ts';
import type { PushSource } from './push-source.ts';
import { type ChunkLimits, readOcs } from './read-ocs.ts';
import type { NameLimits } from './remote.ts';
import { discardBody, type Fetch, readText } from './transport.ts';
import { unreachable } from './unreachable.ts';

/** What was found at an address. */
export interface ServerProbe {
  readonly kind: 'holdfast' | 'nextcloud' | 'owncloud' | 'webdav';
  /** Product and version as the server gives them. */
  readonly name: string;
  /** Which server and which account. */
  readonly identity: string;
  readonly epoch: string;
  readonly origin: string;
  /** Encoded path of the account's files, or of the first folder that is there on a plain server. */
  readonly mount: string;
  /** Encoded path of the folder to sync: the mount and the rest of the address. */
  readonly folder: string;
  /** Encoded path of the chunk staging; undefined where there is none. */
  readonly uploads: string | undefined;
  /** The connection is over TLS. */
  readonly encrypted: boolean;
  /** Encoded path below which our own nodes take batches, and what one may hold. */
  readonly batch?: { readonly address: string; readonly limits: BatchLimits } | undefined;
  /** Which versions our own nodes take as a delta. */
  readonly delta?: DeltaLimits | undefined;
  /** Uploads of so many bytes can be taken up again on our own nodes; 0 or undefined for none. */
  readonly resumeMinBytes?: number;
  /** Our own nodes of some age keep symbolic links as such. */
  readonly links?: boolean;
  /** What it runs: the product, or what a plain server calls itself; `''` where it does not say. */
  readonly software: string;
  readonly version: string;
  readonly names?: NameLimits | undefined;
  readonly chunkLimits?: ChunkLimits | undefined;
  /** Where the server tells news; undefined where it does not. */
  readonly push?: PushSource | undefined;
}

/** What probing needs. */
export interface ProbeOptions extends Credentials {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Takes one of our own nodes for a server of this kind. For tests of that dialect. */
  readonly as?: 'nextcloud';
}

/** `status.php` as servers of the family answer it, without signing in. */
interface Status {
  readonly productname: string;
  readonly version: string;
  readonly maintenance: boolean;
}

/**
 * Finds out what is at an address: of a server, of a folder in its web or DAV address, or of any WebDAV folder.
 * Credentials are sent to the origin of the address and nowhere else.
 * @throws AppError `bad-value` for an address that cannot be; `server-answer-odd` when there is no file server;
 *   `not-signed-in`, `server-unreachable`, `unavailable`.
 */
export async function probeServer(
  url: string,
  options: ProbeOptions,
): Promise<{ probe: ServerProbe; dav: DavClient }> {
  const { origin, path } = parseServerUrl(url);
  const dav = new DavClient(origin, { credentials: options, fetch: options.fetch, clock: options.clock });
  const { base, rest } = splitAtRemotePhp(path);
  for (let names = base.split('/').filter((name) => name !== ''); ; names = names.slice(0, -1)) {
    const prefix = names.length === 0 ? '' : `/${names.join('/')}`;
    const status = await readStatus(origin + prefix, options);
    if (status) {
      const below = rest ?? base.slice(prefix.length);
      return { probe: await probeFamily(dav, origin, prefix, below, status, options), dav };
    }
    // A known DAV address tells where the server begins: nothing above it needs a look.
    if (names.length === 0 || rest !== undefined) break;
  }
  return { probe: await probePlain(dav, origin, path, options), dav };
}

/** `/a/remote.php/dav/files/ana/x` is `/a` and the folder `/x` (undefined where there is no such part). */
function splitAtRemotePhp(path: string): { base: string; rest: string | undefined } {
  const match = /^(.*?)(?:\/index\.php)?\/remote\.php(?:\/(?:dav\/files\/[^/]+|webdav)(\/.*)?|\/.*)?$/.exec(
    path,
  );
  if (!match) return { base: path.replace(/\/+$/, ''), rest: undefined };
  return { base: match[1] ?? '', rest: match[2] ?? '' };
}

async function readStatus(base: string, { fetch, signal }: ProbeOptions): Promise<Status | undefined> {
  let text: string;
  try {
    const response = await fetch(`${base}/status.php`, {
      method: 'GET',
      headers: { accept: 'application/json' },
      redirect: 'manual',
      ...(signal ? { signal } : {}),
    });
    if (response.status !== 200) {
      await discardBody(response);
      return undefined;
    }
    text = await readText(response, 64 * 1024);
  } catch (error) {
    signal?.throwIfAborted();
    if (isAppError(error)) throw error;
    throw unreachable(base, error);
  }
  return statusIn(text);
}

function statusIn(text: string): Status | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('productname' in parsed)) return undefined;
  const versionstring = 'versionstring' in parsed ? String(parsed.versionstring) : '';
  const maintenance = 'maintenance' in parsed && parsed.maintenance === true;
  return { productname: String(parsed.productname), version: versionstring, maintenance };
}

async function probeFamily(
  dav: DavClient,
  origin: string,
  prefix: string,
  below: string,
  status: Status,
  { signal, as }: ProbeOptions,
): Promise<ServerProbe> {
  if (status.maintenance)
    throw new AppError('unavailable', { message: 'The server is in maintenance mode.' });
  const { userId, holdfast, chunking, push, names, chunkLimits } = await readOcs(
    dav,
    prefix,
    as !== undefined,
    signal,
  );
  const user = encodeURIComponent(userId);
  const mount = `${prefix}/remote.php/dav/files/${user}`;
  const shared = {
    name: `${status.productname} ${holdfast?.version ?? status.version}`.trim(),
    origin,
    mount,
    folder: mount + withoutEndSlash(encodePath(decodePath(below)), '/'),
    uploads: chunking ? `${prefix}/remote.php/dav/uploads/${user}` : undefined,
    encrypted: origin.startsWith('https:'),
    push,
    ...{ names, chunkLimits, software: status.productname, version: status.version },
  };
  if (holdfast) {
    const identity = `holdfast:${holdfast.instanceId}/${userId}`;
    const { epoch, delta, resumeMinBytes, links } = holdfast;
    const batch = holdfast.batch && { address: `${prefix}/remote.php/dav/batch`, limits: holdfast.batch };
    return { kind: 'holdfast', identity, epoch, batch, delta, resumeMinBytes, links, ...shared };
  }
  const properties = '<d:resourcetype/><d:getetag/><oc:id/><oc:data-fingerprint/>';
  const root = await lookAt({ dav, address: new FolderAddress(mount), properties }, '', signal);
  if (!root) throw new AppError('not-found', { message: 'The account has no files on this server.' });
  const kind = /owncloud|infinite scale|opencloud/i.test(status.productname) ? 'owncloud' : 'nextcloud';
  // The id of the account's root folder names the server's instance and the account at once.
  const identity = `${kind}:${root.entry.id ?? origin + prefix}/${userId}`;
  return { kind, identity, epoch: fingerprintOf(root.response) ?? '', ...shared };
}

/** The folder itself, or the first one above that is there: a folder to sync may still have to be made. */
async function probePlain(
  dav: DavClient,
  origin: string,
  path: string,
  { user, signal }: ProbeOptions,
): Promise<ServerProbe> {
  const folder = withoutEndSlash(encodePath(decodePath(path)), '/');
  const properties = '<d:resourcetype/>';
  let names = namesOf(folder.slice(1));
  for (;;) {
    const mount = names.length === 0 ? '' : `/${names.join('/')}`;
    const seen = await plainLook(() =>
      lookAt({ dav, address: new FolderAddress(mount), properties }, '', signal),
    );
    if (seen && seen.entry.kind === 'folder') {
      const identity = `webdav:${origin}${folder}#${user}`;
      const encrypted = origin.startsWith('https:');
      const found = { kind: 'webdav', name: 'WebDAV', identity, epoch: '', uploads: undefined } as const;
      return { ...found, origin, mount, folder, encrypted, software: dav.software, version: '' };
    }
    if (seen || names.length === 0) throw notAServer();
    names = names.slice(0, -1);
  }
}

async function plainLook<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (!isAppError(error, 'listing-doubtful', 'server-answer-odd', 'already-exists', 'forbidden'))
      throw error;
    const { location } = error.details;
    throw notAServer(typeof location === 'string' ? location : undefined, error);
  }
}

function notAServer(location?: string, cause?: unknown): AppError {
  const advice =
    location === undefined
      ? 'Check the address; it should be that of a Holdfast, Nextcloud or ownCloud server, or of a WebDAV folder.'
      : `The server sends you on to ${location}; try that address.`;
  return new AppError(
    'server-answer-odd',
    { message: `This address is not a file server. ${advice}` },
    { cause },
  );
}

/** `a/b/` is `/a/b`; nothing stays nothing. */
function withoutEndSlash(path: string, start: string): string {
  return path === '' ? '' : start + path.replace(/\/+$/, '');
}
