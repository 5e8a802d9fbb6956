import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { Mtime } from '@holdfast/protocol';
import { joinBytes } from './join-bytes.ts';
import type { Place } from './listing.ts';
import { readFile } from './read-file.ts';
import type { Download, UploadSource } from './remote.ts';
import { sameBytes } from './same-bytes.ts';
import { sha256Of } from './sha256-of.ts';

/** Up to so many bytes a file is read back whole, where nothing else is said. */
export const defaultReadBackUpTo = 64 * 1024 * 1024;
/** Up to so many bytes what comes back is hashed in one piece, and the source is not read again. */
const hashUpTo = 1024 * 1024;
/** Of larger files: so many parts of this size, spread from the first byte to the last. */
const samples = { count: 8, bytes: 256 * 1024 };

/** What reading an upload back has shown. */
export interface ReadBack {
  readonly etag: string;
  readonly mtime: Mtime | undefined;
  /** `hash`: every byte was compared. `size`: the size, and some parts. */
  readonly proof: 'hash' | 'size';
}

/** What is to be found. */
export interface ReadBackOptions {
  /** SHA-256 of what was sent, where it is known. */
  readonly sha256: string | undefined;
  /** The etag the server answered the upload with; `''` for none. */
  readonly etag: string;
  /** Files of up to so many bytes are compared whole. */
  readonly wholeUpTo: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads what a server has stored and compares it with what was sent: the proof for servers that compute none (R6).
 * One that gives no etag is not trusted with samples.
 * @throws AppError `upload-damaged`; `target-changed` when it is another version by now.
 */
export async function readBack(
  place: Place,
  path: TreePath,
  source: UploadSource,
  options: ReadBackOptions,
): Promise<ReadBack> {
  const whole = source.size <= options.wholeUpTo;
  try {
    const sampled = whole ? undefined : await compareSamples(place, path, source, options);
    return sampled ?? (await compareWhole(place, path, source, options));
  } catch (error) {
    if (isAppError(error, 'not-found')) throw damaged(path, 'missing', error);
    if (isAppError(error, 'download-damaged')) throw damaged(path, 'size', error);
    throw error;
  }
}

async function compareWhole(
  place: Place,
  path: TreePath,
  source: UploadSource,
  options: ReadBackOptions,
): Promise<ReadBack> {
  const download = await openStored(place, path, source, options, {});
  const { sha256 } = options;
  const same =
    sha256 !== undefined && source.size <= hashUpTo
      ? (await sha256Of(await collect(download.body, source.size))) === sha256
      : await sameBytes(download.body, source.open());
  if (!same) throw damaged(path, 'hash');
  const again = source.sha256?.();
  if (sha256 !== undefined && again !== undefined && again !== sha256) {
    throw new AppError('target-changed', { path, message: 'The file changed while it was being sent.' });
  }
  return { etag: download.etag, mtime: download.mtime, proof: 'hash' };
}

/** Undefined where the server does not say of which version it sends a part. */
async function compareSamples(
  place: Place,
  path: TreePath,
  source: UploadSource,
  options: ReadBackOptions,
): Promise<ReadBack | undefined> {
  let seen: ReadBack | undefined;
  for (let index = 0; index < samples.count; index++) {
    const start = Math.floor(((source.size - samples.bytes) * index) / (samples.count - 1));
    const end = start + samples.bytes;
    const etag = seen?.etag ?? options.etag;
    const download = await openStored(place, path, source, { ...options, etag }, { start, end });
    if (download.etag === '') {
      await download.body[Symbol.asyncIterator]().return?.();
      return undefined;
    }
    if (!(await sameBytes(firstOf(download.body, samples.bytes), source.open({ start, end: end - 1 })))) {
      throw damaged(path, 'hash');
    }
    seen = { etag: download.etag, mtime: download.mtime, proof: 'size' };
  }
  return seen;
}

async function openStored(
  place: Place,
  path: TreePath,
  source: UploadSource,
  { etag, signal }: ReadBackOptions,
  range: { start?: number; end?: number },
): Promise<Download> {
  const download = await readFile(place, path, { ...range, ...(signal ? { signal } : {}) });
  const changed = etag !== '' && download.etag !== '' && download.etag !== etag;
  if (!changed && (download.size === undefined || download.size === source.size)) return download;
  await download.body[Symbol.asyncIterator]().return?.();
  // Somebody else may have been quicker: then this is not the file that was sent.
  throw changed ? new AppError('target-changed', { path }) : damaged(path, 'size');
}

async function collect(body: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.byteLength;
    chunks.push(chunk);
    if (length > size) break;
  }
  return joinBytes(chunks);
}

/** A server without ranges sends on. */
async function* firstOf(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of body) {
    yield chunk.subarray(0, left);
    left -= chunk.byteLength;
    if (left <= 0) return;
  }
}

function damaged(path: TreePath, what: string, cause?: unknown): AppError {
  return new AppError('upload-damaged', { path, what }, { cause });
}
