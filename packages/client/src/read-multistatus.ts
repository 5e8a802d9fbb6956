import { AppError, isAppError } from '@holdfast/base';
import { type DavResponse, type MultistatusLimits, MultistatusReader } from '@holdfast/protocol';
import type { FetchResponse } from './transport.ts';

/** A listing longer than this is not believed. */
const maxListingBytes = 4 * 1024 ** 3;

/** How much is read. */
export interface ListingLimits extends Partial<MultistatusLimits> {
  readonly maxBytes?: number;
}

/**
 * The responses of a 207, in groups as they arrive; returns the sync token at the end.
 * @throws AppError `listing-doubtful` for another status or content type, for what is no multistatus, is not UTF-8,
 *   is cut off, or is too long.
 */
export async function* readMultistatus(
  response: FetchResponse,
  limits: ListingLimits = {},
): AsyncGenerator<readonly DavResponse[], string | undefined> {
  const type = response.headers.get('content-type') ?? '';
  if (response.status !== 207 || !/^\s*(?:text|application)\/xml\s*(?:;|$)/i.test(type)) {
    throw doubtful('The server did not answer with a listing.');
  }
  const reader = new MultistatusReader(limits);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const maxBytes = limits.maxBytes ?? maxListingBytes;
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) throw doubtful('The listing is too long.');
      reader.write(decoder.decode(chunk, { stream: true }));
      const responses = reader.take();
      if (responses.length > 0) yield responses;
    }
    reader.write(decoder.decode());
    reader.close();
  } catch (cause) {
    if (isAppError(cause, 'listing-doubtful') || isAbort(cause)) throw cause;
    throw doubtful('The listing of the server is not complete.', cause);
  }
  const rest = reader.take();
  if (rest.length > 0) yield rest;
  return reader.syncToken;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function doubtful(message: string, cause?: unknown): AppError {
  return new AppError('listing-doubtful', { message }, { cause });
}
