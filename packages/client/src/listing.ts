import { AppError, parentOf, type TreePath } from '@holdfast/base';
import type { DavResponse } from '@holdfast/protocol';
import type { FolderAddress } from './address.ts';
import type { DavClient } from './dav-client.ts';
import { entryOfResponse, hasStrongEtag } from './entry-of-response.ts';
import { readMultistatus } from './read-multistatus.ts';
import type { RemoteEntry } from './remote.ts';

/** A folder on a server, with what every request about it needs. */
export interface Place {
  readonly dav: DavClient;
  readonly address: FolderAddress;
  /** The property elements that are asked for, prefixes as in `xmlPrefixes`. */
  readonly properties: string;
}

/** Prefix declarations of request bodies. */
export const xmlPrefixes =
  'xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns" xmlns:hf="urn:holdfast:dav"';

/** Headers of a request with an XML body. */
export const xmlHeaders = { 'content-type': 'application/xml; charset=utf-8' };

/** An entry, and whether its etag holds in `If-Match`. */
export interface Seen {
  readonly entry: RemoteEntry;
  readonly strong: boolean;
  readonly response: DavResponse;
}

/** The `Destination` of a move (RFC 4918 §10.3): the whole address, which Apache insists on. */
export function destinationOf({ dav, address }: Place, path: TreePath, kind?: 'file' | 'folder'): string {
  return dav.origin + address.of(path, kind);
}

/** The entry at `path` (PROPFIND Depth 0); undefined when there is none. @throws AppError `listing-doubtful`. */
export async function lookAt(place: Place, path: TreePath, signal?: AbortSignal): Promise<Seen | undefined> {
  try {
    for await (const responses of propfind(place, path, '0', signal)) {
      const response = responses[0];
      if (response) return seenOf(place, response, path);
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'not-found') return undefined;
    throw error;
  }
  throw new AppError('listing-doubtful', { path, message: 'The server named nothing.' });
}

/**
 * A folder and what is directly in it (PROPFIND Depth 1, RFC 4918 §9.1). Same entries named twice count once.
 * @throws AppError `listing-doubtful` when the first response is not the folder, when something is not directly
 *   in it, or is named twice in different ways.
 */
export async function listFolder(
  place: Place,
  path: TreePath,
  signal?: AbortSignal,
): Promise<{ self: RemoteEntry; children: RemoteEntry[] }> {
  let self: RemoteEntry | undefined;
  const children = new Map<TreePath, RemoteEntry>();
  for await (const responses of propfind(place, path, '1', signal)) {
    for (const response of responses) {
      if (!self) {
        self = seenOf(place, response, path).entry;
        if (self.kind !== 'folder') throw doubtful(path, 'There is a file where a folder was.');
        continue;
      }
      const at = place.address.pathOf(response.href, path);
      if (parentOf(at) !== path) throw doubtful(at, 'The listing names something that is not in the folder.');
      if (response.status !== undefined && response.status >= 300) {
        throw doubtful(at, 'The server could not tell about something in the folder.');
      }
      const entry = entryOfResponse(response, at);
      const twin = children.get(at);
      if (twin && (twin.kind !== entry.kind || twin.etag !== entry.etag || twin.size !== entry.size)) {
        throw doubtful(at, 'The listing names the same thing twice, in different ways.');
      }
      children.set(at, entry);
    }
  }
  if (!self) throw doubtful(path, 'The listing does not begin with the folder itself.');
  return { self, children: [...children.values()] };
}

function seenOf(place: Place, response: DavResponse, path: TreePath): Seen {
  if (!place.address.isSelf(response.href, path)) {
    throw doubtful(path, 'The listing does not begin with what was asked for.');
  }
  return { entry: entryOfResponse(response, path), strong: hasStrongEtag(response), response };
}

async function* propfind(
  { dav, address, properties }: Place,
  path: TreePath,
  depth: '0' | '1',
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly DavResponse[]> {
  const response = await dav.request(address.of(path, depth === '1' ? 'folder' : undefined), {
    method: 'PROPFIND',
    headers: { ...xmlHeaders, depth },
    body: `<?xml version="1.0" encoding="utf-8"?><d:propfind ${xmlPrefixes}><d:prop>${properties}</d:prop></d:propfind>`,
    // A sign-in page with 200 is no listing: readMultistatus says so.
    expect: [207, 200],
    ...(signal ? { signal } : {}),
  });
  yield* readMultistatus(response);
}

function doubtful(path: TreePath, message: string): AppError {
  return new AppError('listing-doubtful', { path, message });
}
