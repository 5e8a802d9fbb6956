import { AppError, isAppError, isWithin, type TreePath } from '@holdfast/base';
import { type DavResponse, escapeXml, namespaces } from '@holdfast/protocol';
import { entryOfResponse } from './entry-of-response.ts';
import { lookAt, type Place, xmlHeaders, xmlPrefixes } from './listing.ts';
import { readMultistatus } from './read-multistatus.ts';
import type { RemoteChange, RemoteEntry } from './remote.ts';

/** Changes asked for at once. */
const pageSize = 20_000;
const wholeTries = 3;
const nodeProperty = `{${namespaces.hf}}node`;

type FeedChange = Exclude<RemoteChange, { type: 'unchanged' }>;

/** Changes since a token by sync-collection (RFC 6578); everything where the token is unknown to the server. */
export async function* discoverByFeed(
  place: Place,
  cursor: string | undefined,
  signal?: AbortSignal,
): AsyncGenerator<RemoteChange> {
  if (cursor !== undefined) {
    try {
      yield* readFeed(place, cursor, signal);
      return;
    } catch (error) {
      // Only ever the first answer: nothing was handed out then.
      if (!isAppError(error, 'sync-token-invalid')) throw error;
    }
  }
  yield* readWhole(place, signal);
}

/** Held back until it is complete: what vanished while it was read must not be named. */
async function* readWhole(place: Place, signal: AbortSignal | undefined): AsyncGenerator<RemoteChange> {
  const root = (await lookAt(place, '', signal))?.entry;
  if (!root) throw new AppError('not-found', { message: 'The folder is not on the server.' });
  for (let tries = 0; tries < wholeTries; tries++) {
    const entries = new Map<string, RemoteEntry>();
    let token: string | undefined;
    let moved = false;
    for await (const change of readFeed(place, undefined, signal)) {
      if (change.type === 'entry') {
        const id = change.entry.id ?? change.entry.path;
        const before = entries.get(id);
        // What is in a folder that moved meanwhile is not named again.
        moved ||= before?.kind === 'folder' && before.path !== change.entry.path;
        entries.set(id, change.entry);
      } else if (change.type === 'gone') {
        dropWithin(entries, change.id === undefined ? change.path : entries.get(change.id)?.path);
      } else token = change.cursor;
    }
    if (moved) continue;
    yield { type: 'entry', entry: root };
    for (const [id, entry] of entries) {
      // Whoever takes it need not share the memory with this list.
      entries.delete(id);
      yield { type: 'entry', entry };
    }
    yield { type: 'end', cursor: token, whole: true };
    return;
  }
  throw new AppError('listing-doubtful', { message: 'Folders were moved while the server was being read.' });
}

function dropWithin(entries: Map<string, RemoteEntry>, path: TreePath | undefined): void {
  if (path === undefined) return;
  for (const [id, entry] of entries) if (isWithin(entry.path, path)) entries.delete(id);
}

async function* readFeed(
  place: Place,
  since: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<FeedChange> {
  let token = since;
  for (let truncated = true; truncated; ) {
    truncated = false;
    const page = await report(place, token ?? '', signal);
    for (let next = await page.next(); ; next = await page.next()) {
      if (next.done) {
        if (!next.value || (truncated && next.value === token))
          throw doubtful('The change feed has no new token.');
        token = next.value;
        break;
      }
      for (const response of next.value) {
        const change = changeOf(place, response);
        if (change === 'truncated') truncated = true;
        else if (change) yield change;
      }
    }
  }
  yield { type: 'end', cursor: token, whole: since === undefined };
}

function changeOf(place: Place, response: DavResponse): FeedChange | 'truncated' | undefined {
  const path = place.address.pathOf(response.href, '');
  if (response.status === 507) return 'truncated';
  if (response.status === 404) return { type: 'gone', path, id: response.props.get(nodeProperty) };
  if (response.status !== undefined)
    throw doubtful('The change feed has an entry that cannot be understood.');
  return { type: 'entry', entry: entryOfResponse(response, path) };
}

async function report(
  { dav, address, properties }: Place,
  token: string,
  signal: AbortSignal | undefined,
): Promise<AsyncGenerator<readonly DavResponse[], string | undefined>> {
  const body = [
    `<?xml version="1.0" encoding="utf-8"?><d:sync-collection ${xmlPrefixes}>`,
    `<d:sync-token>${escapeXml(token)}</d:sync-token><d:sync-level>infinite</d:sync-level>`,
    `<d:limit><d:nresults>${pageSize}</d:nresults></d:limit>`,
    `<d:prop>${properties}</d:prop><hf:by-id/></d:sync-collection>`,
  ].join('');
  const response = await dav.request(address.of('', 'folder'), {
    method: 'REPORT',
    headers: { ...xmlHeaders, depth: '0' },
    body,
    expect: [207, 200],
    ...(signal ? { signal } : {}),
  });
  return readMultistatus(response);
}

function doubtful(message: string): AppError {
  return new AppError('listing-doubtful', { message });
}
