import { AppError, type TreePath } from '@holdfast/base';
import { bareEtag, checksumsOf, mtimeOfDate } from './entry-of-response.ts';
import { lookAt, type Place } from './listing.ts';
import type { Download } from './remote.ts';
import { discardBody, type FetchResponse } from './transport.ts';

/** How to read. */
export interface ReadOptions {
  readonly ifMatch?: string;
  readonly start?: number;
  /** Exclusive. */
  readonly end?: number;
  readonly signal?: AbortSignal;
}

/**
 * Opens a file (RFC 9110 §9.3.1, §14.2). From `start` on by a range; a server without ranges sends all, and what
 * comes before is passed over. The etag of the answer decides whether it is the version that was meant.
 * @throws AppError `target-changed`, `not-found`; the body throws `download-damaged` when it ends too early.
 */
export async function readFile(place: Place, path: TreePath, options: ReadOptions): Promise<Download> {
  const { start = 0, end, signal } = options;
  const response = await place.dav.request(place.address.of(path), {
    method: 'GET',
    headers:
      start > 0 || end !== undefined ? { range: `bytes=${start}-${end === undefined ? '' : end - 1}` } : {},
    expect: [200, 206],
    ...(signal ? { signal } : {}),
  });
  try {
    return await downloadOf(place, path, options, response, start);
  } catch (error) {
    await discardBody(response);
    throw error;
  }
}

async function downloadOf(
  place: Place,
  path: TreePath,
  { ifMatch, signal }: ReadOptions,
  response: FetchResponse,
  start: number,
): Promise<Download> {
  const header = bareEtag(response.headers.get('oc-etag') ?? response.headers.get('etag'));
  // A server that does not say which version it sends is asked.
  const etag = header || ((await lookAt(place, path, signal))?.entry.etag ?? '');
  if (ifMatch !== undefined && ifMatch !== '' && etag !== ifMatch)
    throw new AppError('target-changed', { path });
  const partial = response.status === 206;
  const range = partial ? contentRange(response) : undefined;
  if (partial && range?.start !== start) throw new AppError('server-answer-odd', { path });
  const length = lengthOf(response);
  const checksums = checksumsOf(response.headers.get('oc-checksum'));
  return {
    etag,
    size: range ? range.size : length,
    mtime: mtimeOfDate(response.headers.get('last-modified')),
    checksums,
    body: counted(response, path, length, partial ? 0 : start, signal),
  };
}

async function* counted(
  response: FetchResponse,
  path: TreePath,
  length: number | undefined,
  skip: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let arrived = 0;
  try {
    for await (const chunk of response.body ?? []) {
      signal?.throwIfAborted();
      const from = Math.min(Math.max(skip - arrived, 0), chunk.byteLength);
      arrived += chunk.byteLength;
      if (from < chunk.byteLength) yield from === 0 ? chunk : chunk.subarray(from);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new AppError('server-unreachable', { path, message: 'The download broke off.' }, { cause });
  }
  if (length !== undefined && arrived !== length) throw new AppError('download-damaged', { path });
}

/** Undefined where the body was compressed on the way: then the length is that of other bytes. */
function lengthOf(response: FetchResponse): number | undefined {
  const text = response.headers.get('content-length');
  const coded = response.headers.get('content-encoding') ?? 'identity';
  return text === null || !/^\d+$/.test(text) || coded !== 'identity' ? undefined : Number(text);
}

function contentRange(response: FetchResponse): { start: number; size: number | undefined } | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  return match
    ? { start: Number(match[1]), size: match[2] === '*' ? undefined : Number(match[2]) }
    : undefined;
}
