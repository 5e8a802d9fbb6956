import { AppError, isAppError, parentOf, type TreePath } from '@holdfast/base';
import { formatMtime, type Mtime } from '@holdfast/protocol';
import type { Dialect } from './dialect.ts';
import { discoverByFeed } from './discover-by-feed.ts';
import { discoverByWalk } from './discover-by-walk.ts';
import { bareEtag } from './entry-of-response.ts';
import { destinationOf, lookAt, type Place, xmlHeaders, xmlPrefixes } from './listing.ts';
import { defaultReadBackUpTo } from './read-back.ts';
import { type ReadOptions, readFile } from './read-file.ts';
import { readMultistatus } from './read-multistatus.ts';
import type {
  Download,
  Remote,
  RemoteChange,
  RemoteEntry,
  RemoteProfile,
  UploadOptions,
  UploadSource,
} from './remote.ts';
import { type StoreRules, storeFile } from './store-file.ts';
import { tellEpoch } from './tell-epoch.ts';
import type { BatchTransfers, DeltaTransfers } from './transfers.ts';
import { discardBody } from './transport.ts';

/** A folder on a WebDAV server of any dialect. */
export class DavRemote implements Remote {
  readonly batches: BatchTransfers | undefined;
  readonly deltas: DeltaTransfers | undefined;
  #profile: RemoteProfile;
  readonly #place: Place;
  readonly #dialect: Dialect;
  readonly #uploads: Pick<StoreRules, 'resumeMinBytes' | 'readBackUpTo'>;
  readonly #listen: Remote['listen'] | undefined;
  readonly #epochNow: ((signal: AbortSignal | undefined) => Promise<string | undefined>) | undefined;

  constructor(
    profile: RemoteProfile,
    place: Place,
    dialect: Dialect,
    transfers: {
      readonly batches?: BatchTransfers | undefined;
      readonly deltas?: DeltaTransfers | undefined;
      readonly listen?: Remote['listen'] | undefined;
      readonly readBackUpTo?: number | undefined;
      readonly epochNow?: ((signal: AbortSignal | undefined) => Promise<string | undefined>) | undefined;
      /** Uploads of so many bytes are sent so that they can be taken up again. */
      readonly resumeMinBytes?: number | undefined;
    } = {},
  ) {
    this.#listen = transfers.listen;
    this.#epochNow = transfers.epochNow;
    this.#uploads = {
      resumeMinBytes: transfers.resumeMinBytes || Number.POSITIVE_INFINITY,
      readBackUpTo: transfers.readBackUpTo ?? defaultReadBackUpTo,
    };
    this.batches = transfers.batches;
    this.deltas = transfers.deltas;
    this.#profile = profile;
    this.#place = place;
    this.#dialect = dialect;
  }

  get profile(): RemoteProfile {
    return this.#profile;
  }

  async ensureRoot(signal?: AbortSignal): Promise<void> {
    const { dav } = this.#place;
    if (await lookAt(this.#place, '', signal)) return;
    for (const path of this.#dialect.pathsToRoot) {
      const response = await dav.request(path, {
        method: 'MKCOL',
        expect: [201, 405],
        ...(signal ? { signal } : {}),
      });
      await discardBody(response);
    }
  }

  changes(
    cursor: string | undefined,
    known: (path: TreePath) => RemoteEntry | undefined,
    signal?: AbortSignal,
  ): AsyncIterable<RemoteChange> {
    const changes =
      this.profile.discovery === 'feed'
        ? discoverByFeed(this.#place, cursor, signal)
        : discoverByWalk(this.#place, this.profile.discovery === 'etag-walk', known, signal);
    const epochNow = this.#epochNow;
    if (!epochNow) return changes;
    return tellEpoch(changes, async () => {
      const epoch = await epochNow(signal);
      if (epoch !== undefined) this.#profile = { ...this.#profile, epoch };
      return epoch;
    });
  }

  async stat(path: TreePath, signal?: AbortSignal): Promise<RemoteEntry | undefined> {
    return (await lookAt(this.#place, path, signal))?.entry;
  }

  read(path: TreePath, options: ReadOptions = {}): Promise<Download> {
    return readFile(this.#place, path, options);
  }

  write(path: TreePath, source: UploadSource, options: UploadOptions): Promise<RemoteEntry> {
    const { profile } = this;
    const rules = { place: this.#place, dialect: this.#dialect, profile, ...this.#uploads };
    return storeFile(rules, path, source, options);
  }

  async mkdir(path: TreePath, signal?: AbortSignal): Promise<RemoteEntry> {
    // Some plain servers say "created" for a folder that was there.
    if (this.#dialect.guards === 'look' && (await lookAt(this.#place, path, signal))) {
      throw new AppError('already-exists', { path });
    }
    const response = await this.#place.dav.request(this.#place.address.of(path, 'folder'), {
      method: 'MKCOL',
      expect: [201],
      ...(signal ? { signal } : {}),
    });
    await discardBody(response);
    const id = this.profile.kind === 'holdfast' ? response.headers.get('hf-node') : null;
    const etag = bareEtag(response.headers.get('etag'));
    if (id !== null && etag !== '') {
      const permissions = response.headers.get('x-nc-permissions') ?? undefined;
      const plain = { size: 0, mtime: undefined, checksums: [], executable: false } as const;
      return { path, id, kind: 'folder', etag, permissions, ...plain };
    }
    return await this.#present(path, signal);
  }

  async move(
    from: TreePath,
    to: TreePath,
    options: { ifMatch?: string; signal?: AbortSignal } = {},
  ): Promise<RemoteEntry> {
    const { dav, address } = this.#place;
    const guard = await this.#guard(from, options.ifMatch, options.signal);
    try {
      const response = await dav.request(address.of(from, guard.kind), {
        method: 'MOVE',
        headers: {
          destination: destinationOf(this.#place, to, guard.kind),
          overwrite: 'F',
          ...guard.headers,
        },
        expect: [201, 204],
        ...(options.signal ? { signal: options.signal } : {}),
      });
      await discardBody(response);
    } catch (error) {
      // For want of the folder that should take it, some servers say "not found", "forbidden", or 500.
      const parent = parentOf(to) ?? '';
      if (
        isAppError(error, 'not-found', 'forbidden', 'unavailable') &&
        !(await this.stat(parent, options.signal))
      ) {
        throw new AppError('parent-missing', error.details, { cause: error });
      }
      throw error;
    }
    return await this.#present(to, options.signal);
  }

  async copy(
    from: TreePath,
    to: TreePath,
    options: { ifMatch: string; signal?: AbortSignal },
  ): Promise<RemoteEntry> {
    const guard = await this.#guard(from, options.ifMatch, options.signal);
    const response = await this.#place.dav.request(this.#place.address.of(from), {
      method: 'COPY',
      headers: { destination: destinationOf(this.#place, to), overwrite: 'F', ...guard.headers },
      expect: [201, 204],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await discardBody(response);
    return await this.#present(to, options.signal);
  }

  async listen(onNews: () => void, signal: AbortSignal): Promise<void> {
    if (!this.#listen) throw new AppError('not-supported');
    await this.#listen(onNews, signal);
  }

  async remove(path: TreePath, options: { ifMatch: string; signal?: AbortSignal }): Promise<void> {
    const guard = await this.#guard(path, options.ifMatch, options.signal);
    const response = await this.#place.dav.request(this.#place.address.of(path, guard.kind), {
      method: 'DELETE',
      headers: guard.headers,
      expect: [200, 204],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await discardBody(response);
  }

  async touch(
    path: TreePath,
    attributes: { mtime: Mtime; executable: boolean },
    options: { ifMatch: string; signal?: AbortSignal },
  ): Promise<RemoteEntry> {
    const guard = await this.#guard(path, options.ifMatch, options.signal);
    if (this.profile.mtime !== 'none') await this.#patch(path, attributes, guard.headers, options.signal);
    return await this.#present(path, options.signal);
  }

  async #patch(
    path: TreePath,
    { mtime, executable }: { mtime: Mtime; executable: boolean },
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const properties =
      this.profile.mtime === 'ns'
        ? `<hf:mtime>${formatMtime(mtime)}</hf:mtime><hf:executable>${executable ? 1 : 0}</hf:executable>`
        : `<d:lastmodified>${mtime.s}</d:lastmodified>`;
    const response = await this.#place.dav.request(this.#place.address.of(path), {
      method: 'PROPPATCH',
      headers: { ...xmlHeaders, ...headers },
      body: `<?xml version="1.0" encoding="utf-8"?><d:propertyupdate ${xmlPrefixes}><d:set><d:prop>${properties}</d:prop></d:set></d:propertyupdate>`,
      expect: [207],
      ...(signal ? { signal } : {}),
    });
    let set = 0;
    for await (const responses of readMultistatus(response)) {
      for (const { props } of responses) set += props.size;
    }
    if (set === 0)
      throw new AppError('server-answer-odd', { path, message: 'The server did not set the time.' });
  }

  /**
   * What makes a change safe: `If-Match` where the server honours it for files and folders, otherwise a look right
   * before, and `If-Match` as well where the etag is good for it.
   */
  async #guard(
    path: TreePath,
    ifMatch: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<{ headers: Record<string, string>; kind: 'file' | 'folder' | undefined }> {
    const header = (etag: string) => (etag === '' ? {} : { 'if-match': `"${etag}"` });
    if (this.#dialect.guards === 'all') return { headers: header(ifMatch ?? ''), kind: undefined };
    const seen = await lookAt(this.#place, path, signal);
    if (!seen) throw new AppError('not-found', { path });
    const { etag, kind } = seen.entry;
    if (ifMatch !== undefined && ifMatch !== '' && etag !== ifMatch)
      throw new AppError('target-changed', { path });
    return { headers: kind === 'file' && seen.strong ? header(etag) : {}, kind };
  }

  async #present(path: TreePath, signal: AbortSignal | undefined): Promise<RemoteEntry> {
    const entry = await this.stat(path, signal);
    // Somebody else was quick to rename or remove it.
    if (!entry) throw new AppError('target-changed', { path, message: 'What was just made is not there.' });
    return entry;
  }
}
