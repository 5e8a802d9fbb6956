import { AppError, type TreePath } from '@holdfast/base';
import { listFolder, lookAt, type Place } from './listing.ts';
import type { RemoteChange, RemoteEntry } from './remote.ts';
import { isUploadName } from './upload-name.ts';

/** How many folders are listed at the same time. */
const parallel = 4;

type Listing = Awaited<ReturnType<typeof listFolder>>;

/**
 * Lists folder by folder, four at a time, parents before what is in them. With `trustEtags` a folder whose etag is
 * the known one is passed over with everything below, as Nextcloud and ownCloud promise.
 */
export async function* discoverByWalk(
  place: Place,
  trustEtags: boolean,
  known: (path: TreePath) => RemoteEntry | undefined,
  signal?: AbortSignal,
): AsyncGenerator<RemoteChange> {
  const unchanged = (entry: RemoteEntry) => {
    const before = trustEtags ? known(entry.path) : undefined;
    return before?.kind === 'folder' && before.etag !== '' && before.etag === entry.etag;
  };
  const root = (await lookAt(place, '', signal))?.entry;
  if (!root) throw new AppError('not-found', { message: 'The folder is not on the server.' });
  yield { type: 'entry', entry: root };
  if (unchanged(root)) {
    yield { type: 'unchanged', path: '' };
  } else {
    const queue: { path: TreePath; listing?: Promise<Listing> }[] = [{ path: '' }];
    for (let head = 0; head < queue.length; head++) {
      for (const item of queue.slice(head, head + parallel)) {
        item.listing ??= quietly(listFolder(place, item.path, signal));
      }
      const listing = await queue[head]?.listing;
      delete queue[head]?.listing;
      for (const entry of listing?.children ?? []) {
        if (isUploadName(entry.path)) continue;
        yield { type: 'entry', entry };
        if (entry.kind !== 'folder') continue;
        if (unchanged(entry)) yield { type: 'unchanged', path: entry.path };
        else queue.push({ path: entry.path });
      }
    }
  }
  yield { type: 'end', cursor: undefined, whole: true };
}

/** Its failure is seen when its turn comes, or not at all when an earlier one has failed. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
