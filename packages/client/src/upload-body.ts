import { AppError } from '@holdfast/base';
import type { UploadOptions, UploadSource } from './remote.ts';
import { sha256Of } from './sha256-of.ts';
import type { RequestBody } from './transport.ts';

/** Up to this many bytes go out as one piece of memory, which costs the least and can be sent again. */
const smallBody = 256 * 1024;

/** The bytes of one request, and what went wrong on their way out of the source. */
export interface UploadBody {
  readonly body: RequestBody;
  readonly length: number;
  /** The error of the source; a transport wraps it beyond recognition. */
  failure(): unknown;
}

/**
 * The bytes `start`…`end` (exclusive) of a source, watched: as many as announced, no more and no fewer. `check` is
 * the SHA-256 that a small body must have, for servers that do not compare it themselves.
 * @throws AppError `target-changed` when the source gives another number; what the source throws.
 */
export async function openBody(
  source: UploadSource,
  options: Pick<UploadOptions, 'signal' | 'onProgress'>,
  range: { readonly start: number; readonly end: number } = { start: 0, end: source.size },
  check?: string,
): Promise<UploadBody> {
  const length = range.end - range.start;
  const whole = length === source.size;
  let failed: unknown;
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    try {
      let sent = 0;
      // Nothing to read is still opened: the source may have changed.
      const opened = whole ? source.open() : source.open({ start: range.start, end: range.end - 1 });
      for await (const chunk of opened) {
        options.signal?.throwIfAborted();
        sent += chunk.byteLength;
        if (sent > length) throw sourceChanged();
        yield chunk;
        options.onProgress?.(chunk.byteLength);
      }
      if (sent < length) throw sourceChanged();
    } catch (error) {
      failed = error;
      throw error;
    }
  };
  if (length > smallBody) return { body: watched(), length, failure: () => failed };
  const bytes = await collect(watched(), length);
  if (check !== undefined && (await sha256Of(bytes)) !== check) throw sourceChanged();
  return { body: bytes, length, failure: () => undefined };
}

async function collect(chunks: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(new ArrayBuffer(length));
  let at = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function sourceChanged(): AppError {
  return new AppError('target-changed', { message: 'The file changed while it was being sent.' });
}
