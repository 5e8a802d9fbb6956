import { AppError, childOf, namesOf, type TreePath } from '@holdfast/base';
import {
  type BatchFailure,
  type BatchLimits,
  type BatchReadResult,
  batchHeaderBytes,
  batchMediaType,
  endOfFrames,
  type Frame,
  FrameParser,
  formatBatchWrite,
  frameHead,
  parseBatchReadResult,
  parseBatchWriteResult,
} from '@holdfast/protocol';
import type { DavClient } from './dav-client.ts';
import { errorOfCode } from './error-of-code.ts';
import { joinBytes } from './join-bytes.ts';
import { ownText } from './own-text.ts';
import type { RemoteEntry } from './remote.ts';
import type { BatchDownload, BatchTransfers, BatchUpload } from './transfers.ts';
import type { FetchResponse } from './transport.ts';

/** Where the batches of one of our nodes go. */
export interface BatchPlace {
  readonly dav: DavClient;
  /** Encoded path; `/write` and `/read` follow. */
  readonly address: string;
  /** The synced folder, in the tree of the account. */
  readonly folder: TreePath;
  readonly limits: BatchLimits;
}

/** Batches on our own nodes (docs/formats/transfers.md). */
export class NodeBatches implements BatchTransfers {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly maxBytes: number;
  readonly #place: BatchPlace;

  constructor(place: BatchPlace) {
    this.#place = place;
    this.maxFiles = place.limits.files;
    this.maxFileBytes = place.limits.fileBytes;
    this.maxBytes = place.limits.bytes;
  }

  async write(
    files: readonly BatchUpload[],
    signal?: AbortSignal,
  ): Promise<readonly (RemoteEntry | AppError)[]> {
    signal?.throwIfAborted();
    if (files.length === 0) return [];
    this.#check(files);
    const pieces: Uint8Array[] = [];
    for (const { path, bytes, options } of files) {
      const { mtime, sha256, executable = false, link = false, ifMatch } = options;
      const at = this.#at(path);
      pieces.push(
        frameHead(formatBatchWrite({ path: at, mtime, sha256, executable, link, ifMatch }), bytes.byteLength),
        bytes,
      );
    }
    const response = await this.#post('write', [...pieces, endOfFrames], signal);
    const results: (RemoteEntry | AppError)[] = files.map(({ path }) => unsaid(path));
    // The answer is as short as its headers; when it breaks off, the files it does not name stay unsaid.
    await eachFrame(response, { frames: files.length, contentBytes: 0 }, signal, ({ header }) => {
      const result = parse(() => parseBatchWriteResult(header));
      const file = files[result.index];
      if (!file) throw odd('It names a file that was not sent.');
      results[result.index] = 'error' in result ? failureOf(result, file.path) : writtenEntry(file, result);
    }).catch((error: unknown) => {
      signal?.throwIfAborted();
      if (!(error instanceof AppError) || error.code !== 'server-unreachable') throw error;
    });
    for (const [index, { bytes, options }] of files.entries()) {
      if (!(results[index] instanceof AppError)) options.onProgress?.(bytes.byteLength);
    }
    return results;
  }

  async *read(
    files: readonly { readonly path: TreePath; readonly ifMatch: string }[],
    signal?: AbortSignal,
  ): AsyncGenerator<{ readonly index: number; readonly result: BatchDownload | AppError }> {
    signal?.throwIfAborted();
    if (files.length === 0) return;
    if (files.length > this.maxFiles) throw tooLarge();
    const pieces = files.map(({ path, ifMatch }) => frameHead({ path: this.#at(path), ifMatch }));
    const response = await this.#post('read', [...pieces, endOfFrames], signal);
    const told = new Set<number>();
    const limits = { frames: files.length, contentBytes: this.maxFileBytes };
    for await (const frames of framesOf(response, limits, signal)) {
      for (const { header, content } of frames) {
        const answer = parse(() => parseBatchReadResult(header));
        const file = files[answer.index];
        if (!file || told.has(answer.index)) throw odd('It names a file that was not asked for.');
        told.add(answer.index);
        yield { index: answer.index, result: downloadOf(answer, file, content) };
      }
    }
    for (const [index, { path }] of files.entries()) {
      if (!told.has(index)) yield { index, result: unsaid(path) };
    }
  }

  async #post(
    what: 'write' | 'read',
    pieces: readonly Uint8Array[],
    signal: AbortSignal | undefined,
  ): Promise<FetchResponse> {
    return await this.#place.dav.request(`${this.#place.address}/${what}`, {
      method: 'POST',
      headers: { 'content-type': batchMediaType },
      body: joinBytes(pieces),
      expect: [200],
      ...(signal ? { signal } : {}),
    });
  }

  #at(path: TreePath): TreePath {
    return namesOf(path).reduce(childOf, this.#place.folder);
  }

  #check(files: readonly BatchUpload[]): void {
    let sum = 0;
    for (const { bytes } of files) {
      sum += bytes.byteLength;
      if (bytes.byteLength > this.maxFileBytes) throw tooLarge();
    }
    if (files.length > this.maxFiles || sum > this.maxBytes) throw tooLarge();
  }
}

function writtenEntry(
  { path, bytes, options }: BatchUpload,
  result: {
    readonly node: string;
    readonly etag: string;
    readonly sha256: string;
    readonly permissions: string;
  },
): RemoteEntry | AppError {
  if (result.sha256 !== options.sha256) return new AppError('upload-damaged', { path, what: 'hash' });
  return {
    path,
    id: ownText(result.node),
    kind: 'file',
    etag: ownText(result.etag),
    size: bytes.byteLength,
    mtime: options.mtime,
    checksums: [{ kind: 'SHA256', hex: options.sha256 }],
    executable: options.executable ?? false,
    ...(options.link ? { link: true } : {}),
    permissions: ownText(result.permissions),
  };
}

function downloadOf(
  answer: BatchReadResult,
  file: { readonly path: TreePath; readonly ifMatch: string },
  content: Uint8Array,
): BatchDownload | AppError {
  if ('error' in answer) return failureOf(answer, file.path);
  const { path } = file;
  if (answer.etag !== file.ifMatch) return new AppError('target-changed', { path });
  // The caller hashes what it gets while it writes it down: once is enough.
  if (!answer.checksums.some(({ kind }) => kind === 'SHA256')) {
    return new AppError('download-damaged', { path });
  }
  const { etag, checksums } = answer;
  return { etag, size: content.byteLength, checksums, bytes: content };
}

function failureOf({ error, message }: BatchFailure, path: TreePath): AppError {
  return errorOfCode(error, { path, serverCode: error, ...(message === undefined ? {} : { message }) });
}

async function eachFrame(
  response: FetchResponse,
  limits: { readonly frames: number; readonly contentBytes: number },
  signal: AbortSignal | undefined,
  take: (frame: Frame) => void,
): Promise<void> {
  for await (const frames of framesOf(response, limits, signal)) for (const frame of frames) take(frame);
}

/** @throws AppError `server-unreachable` when the answer breaks off, `server-answer-odd` when it makes no sense. */
async function* framesOf(
  response: FetchResponse,
  limits: { readonly frames: number; readonly contentBytes: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Frame[]> {
  const parser = new FrameParser({ ...limits, headerBytes: batchHeaderBytes });
  try {
    for await (const bytes of response.body ?? []) {
      signal?.throwIfAborted();
      const frames = parse(() => parser.push(bytes));
      if (frames.length > 0) yield frames;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    throw new AppError('server-unreachable', { message: 'The answer broke off.' }, { cause });
  }
  if (!parser.ended) throw new AppError('server-unreachable', { message: 'The answer broke off.' });
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw odd('It is malformed.', cause);
  }
}

/** Told of a file of which the answer says nothing. */
function unsaid(path: TreePath): AppError {
  return new AppError('server-unreachable', { path, message: 'The server did not say what became of it.' });
}

function odd(reason: string, cause?: unknown): AppError {
  return new AppError(
    'server-answer-odd',
    { message: `The answer about a batch makes no sense. ${reason}` },
    { cause },
  );
}

function tooLarge(): AppError {
  return new AppError('body-too-large', { message: 'The batch is larger than the server takes.' });
}
