import { Readable } from 'node:stream';
import { AppError, isAppError } from '@holdfast/base';
import type { OpenedFile } from '@holdfast/files';
import {
  type BatchReadHeader,
  batchMediaType,
  endOfFrames,
  formatBatchReadResult,
  frameHead,
  parseBatchRead,
} from '@holdfast/protocol';
import type { DavCaller } from './dav-call.ts';
import { readFrames } from './read-frames.ts';
import { batchLimits } from './transfer-limits.ts';

/** Small pieces are sent together. */
const sendBytes = 128 * 1024;

/**
 * POST of a list of small files that are wanted, each in one version; the answer is their bytes, or why there are
 * none, one after the other as they are read (docs/formats/transfers.md).
 */
export async function handleBatchRead(caller: DavCaller): Promise<unknown> {
  const wanted: BatchReadHeader[] = [];
  for await (const frames of readFrames(caller)) {
    for (const { header } of frames) wanted.push(parseBatchRead(header));
  }
  const body = Readable.from(gathered(framesOf(caller, wanted)), {
    objectMode: false,
    highWaterMark: sendBytes,
  });
  return caller.reply
    .code(200)
    .headers({ 'cache-control': 'private, no-store', 'x-accel-buffering': 'no' })
    .type(batchMediaType)
    .send(body);
}

async function* framesOf(
  caller: DavCaller,
  wanted: readonly BatchReadHeader[],
): AsyncGenerator<Uint8Array, void> {
  let left = batchLimits.bytes;
  for (const [index, { path, ifMatch }] of wanted.entries()) {
    try {
      const { header, bytes } = await readOne(caller, index, path, ifMatch, left);
      left -= bytes.byteLength;
      yield header;
      if (bytes.byteLength > 0) yield bytes;
    } catch (error) {
      // Whatever nobody foresaw breaks the answer off: the client cannot take it for a whole one.
      if (!isAppError(error) || error.code === 'internal') throw error;
      yield frameHead(formatBatchReadResult({ index, error: error.code, message: error.details.message }));
    }
  }
  yield endOfFrames;
}

async function readOne(
  { parts, actor }: DavCaller,
  index: number,
  path: string,
  ifMatch: string,
  left: number,
): Promise<{ header: Uint8Array; bytes: Uint8Array }> {
  const opened = await parts.files.read(actor, path);
  const { node } = opened;
  const fits = node.etag === ifMatch && node.size <= Math.min(batchLimits.fileBytes, left);
  if (!fits) {
    if (!Buffer.isBuffer(opened.body)) opened.body.destroy();
    throw new AppError(node.etag === ifMatch ? 'body-too-large' : 'precondition-failed');
  }
  const bytes = await bytesOf(opened);
  if (bytes.byteLength !== node.size) throw new AppError('store-damaged');
  const { etag, checksums } = node;
  return { header: frameHead(formatBatchReadResult({ index, etag, checksums }), bytes.byteLength), bytes };
}

async function bytesOf({ body }: OpenedFile): Promise<Uint8Array> {
  if (Buffer.isBuffer(body)) return body;
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

async function* gathered(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let ready: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    ready.push(piece);
    size += piece.byteLength;
    if (size < sendBytes) continue;
    yield Buffer.concat(ready);
    ready = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(ready);
}
