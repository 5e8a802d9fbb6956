import { type AppError, isAppError, type TreePath } from '@holdfast/base';
import type { ContentChunk } from '@holdfast/client';
import type { LocalEntry, StagedFile } from '@holdfast/localfs';
import { localEntryOf, type RemoteState } from '../trees/item.ts';
import type { ExecuteContext } from './context.ts';
import { partsOf } from './delta-parts.ts';
import { fetchRanges } from './fetch-ranges.ts';
import { isListOf, matchChunks } from './match-chunks.ts';
import type { DownloadOp } from './put-fetched.ts';

/**
 * Stages a new version of a large file from what of it is in the old one here, and what of it has to be fetched.
 * Undefined where that cannot be done or something is odd about it: then the whole has to be fetched. What is staged
 * has the SHA-256 that the server has told.
 * @throws AppError `target-changed`, and those that concern a whole download as well.
 */
export async function downloadDelta(
  context: ExecuteContext,
  { item }: DownloadOp,
  path: TreePath,
  remote: RemoteState,
): Promise<StagedFile | undefined> {
  const { folder, signal } = context;
  const { deltas } = context.remote;
  const { local } = item;
  if (deltas === undefined || local === undefined || remote.sha === undefined || remote.etag === '') {
    return undefined;
  }
  if (![remote.size, local.size].every((size) => size >= deltas.minBytes && size <= deltas.maxBytes)) {
    return undefined;
  }
  const entry = localEntryOf(item, local);
  try {
    const list = await context.lists.take(path, remote.etag);
    if (!isListOf(list, remote.size)) return undefined;
    const parts = partsOf(list, await placesIn(context, entry, list));
    const missing = parts.reduce((sum, { from, size }) => sum + (from === undefined ? size : 0), 0);
    if (missing > remote.size / 2) return undefined;
    const bytes = fetchRanges(context, entry, parts, { path, ifMatch: remote.etag });
    const staged = await folder.stage(bytes, { signal });
    if (staged.size === remote.size && staged.sha256 === remote.sha) return staged;
    await folder.discard(staged);
  } catch (error) {
    if (!isAppError(error) || !isOdd(error)) throw error;
  }
  return undefined;
}

/** Where in a local file the chunks of a list are, by their hash. */
async function placesIn(
  { folder, signal }: ExecuteContext,
  entry: LocalEntry,
  list: readonly ContentChunk[],
): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  for await (const match of matchChunks(folder.read(entry), list)) {
    signal.throwIfAborted();
    if (match.kind === 'listed' && !places.has(match.chunk.sha256)) places.set(match.chunk.sha256, match.at);
  }
  return places;
}

const odd = new Set<string>([
  'server-answer-odd',
  'download-damaged',
  'not-supported',
  'bad-request',
  'not-found',
  'forbidden',
]);

function isOdd({ code }: AppError): boolean {
  return odd.has(code);
}
