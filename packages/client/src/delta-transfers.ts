import { AppError, type TreePath } from '@holdfast/base';
import {
  chunkEntryBytes,
  chunksMediaType,
  type DeltaLimits,
  deltaHead,
  deltaMediaType,
  parseChunks,
} from '@holdfast/protocol';
import { confirmUpload } from './confirm-upload.ts';
import { bareEtag } from './entry-of-response.ts';
import { joinBytes } from './join-bytes.ts';
import type { Place } from './listing.ts';
import { fileHeaders, writeGuard } from './put-file.ts';
import type { RemoteEntry } from './remote.ts';
import type { ContentChunk, DeltaPiece, DeltaTransfers } from './transfers.ts';
import { discardBody, type FetchResponse } from './transport.ts';

type DeltaOptions = Parameters<DeltaTransfers['write']>[2];

/** Copies that follow one another go out as one; but not later than after so many bytes: the node reads meanwhile. */
const longestCopy = 4 * 1024 * 1024;

/** A list that is longer than this is not read: no file of the allowed size has so many chunks. */
const largestList = 32 * 1024 * 1024;

/** Deltas on our own nodes (docs/formats/transfers.md). */
export class NodeDeltas implements DeltaTransfers {
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly #place: Place;

  constructor(place: Place, limits: DeltaLimits) {
    this.#place = place;
    this.minBytes = limits.minBytes;
    this.maxBytes = limits.maxBytes;
  }

  async chunks(path: TreePath, ifMatch: string, signal?: AbortSignal): Promise<readonly ContentChunk[]> {
    const response = await this.#place.dav.request(this.#place.address.of(path), {
      method: 'GET',
      headers: { accept: chunksMediaType, 'if-match': `"${ifMatch}"` },
      expect: [200],
      ...(signal ? { signal } : {}),
    });
    if (response.headers.get('content-type') !== chunksMediaType) {
      await discardBody(response);
      throw odd(path);
    }
    const list = await readList(response, path, signal);
    if (bareEtag(response.headers.get('etag')) !== ifMatch) throw new AppError('target-changed', { path });
    try {
      let start = 0;
      return parseChunks(list, Number(response.headers.get('hf-length'))).map(({ size, sha256 }) => {
        start += size;
        return { start: start - size, size, sha256 };
      });
    } catch (cause) {
      throw odd(path, cause);
    }
  }

  async write(
    path: TreePath,
    pieces: AsyncIterable<DeltaPiece>,
    options: DeltaOptions,
  ): Promise<RemoteEntry> {
    let failed: { readonly error: unknown } | undefined;
    let sha256 = '';
    const body = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* encoded(pieces, options);
        sha256 = options.digest();
        yield deltaHead({ kind: 'end', sha256 });
      } catch (error) {
        failed = { error };
        throw error;
      }
    };
    let response: FetchResponse;
    try {
      response = await this.#place.dav.request(this.#place.address.of(path), {
        method: 'PATCH',
        headers: {
          'content-type': deltaMediaType,
          'oc-total-length': String(options.size),
          ...writeGuard(options),
          ...fileHeaders(options, true),
        },
        body: body(),
        expect: [204],
        ...(options.signal ? { signal: options.signal } : {}),
      });
    } catch (error) {
      // A transport wraps the error of the source beyond recognition.
      throw failed ? failed.error : error;
    }
    await discardBody(response);
    const source = { size: options.size, open: nothing, sha256: () => sha256 };
    return await confirmUpload(this.#place, path, source, options, response);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** @throws AppError `target-changed` when the pieces are not as many bytes as announced. */
async function* encoded(
  pieces: AsyncIterable<DeltaPiece>,
  options: DeltaOptions,
): AsyncGenerator<Uint8Array> {
  let copy: { readonly start: number; readonly size: number } | undefined;
  let total = 0;
  for await (const piece of pieces) {
    options.signal?.throwIfAborted();
    const size = piece.kind === 'copy' ? piece.size : piece.bytes.byteLength;
    if (size === 0) continue;
    total += size;
    if (total > options.size) break;
    if (piece.kind === 'copy' && copy && copy.start + copy.size === piece.start && copy.size < longestCopy) {
      copy = { start: copy.start, size: copy.size + piece.size };
    } else {
      if (copy) yield deltaHead({ kind: 'copy', ...copy });
      copy = piece.kind === 'copy' ? piece : undefined;
      if (piece.kind === 'bytes') {
        yield deltaHead(piece);
        yield piece.bytes;
      }
    }
    options.onProgress?.(size);
  }
  if (total !== options.size) {
    throw new AppError('target-changed', { message: 'The file changed while it was being sent.' });
  }
  if (copy) yield deltaHead({ kind: 'copy', ...copy });
}

async function readList(
  response: FetchResponse,
  path: TreePath,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of response.body ?? []) {
      signal?.throwIfAborted();
      size += part.byteLength;
      if (size > largestList) throw odd(path);
      parts.push(part);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    throw new AppError('server-unreachable', { path, message: 'The answer broke off.' }, { cause });
  }
  if (size % chunkEntryBytes !== 0) throw odd(path);
  return joinBytes(parts);
}

function odd(path: TreePath, cause?: unknown): AppError {
  const message = 'The list of the chunks of a file makes no sense.';
  return new AppError('server-answer-odd', { path, message }, { cause });
}
