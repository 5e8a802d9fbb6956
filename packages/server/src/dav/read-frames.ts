import { AppError } from '@holdfast/base';
import { batchHeaderBytes, batchMediaType, type Frame, FrameParser } from '@holdfast/protocol';
import { bodyOf } from '../request-body.ts';
import { type DavCaller, headerOf } from './dav-call.ts';
import { batchLimits } from './transfer-limits.ts';

/**
 * The frames of a batch, as many at a time as have come. Their content takes no more memory than `batchLimits`.
 * @throws AppError `media-type-unsupported`, `bad-request`, `body-too-large`, `body-cut-off`, those of `bodyOf`.
 */
export async function* readFrames({ request, parts }: DavCaller): AsyncGenerator<readonly Frame[], void> {
  const type = headerOf(request, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== batchMediaType) throw new AppError('media-type-unsupported');
  const { files, bytes, fileBytes } = batchLimits;
  const body = bodyOf(request, {
    maxBytes: bytes + files * batchHeaderBytes,
    idleTimeoutMs: parts.settings.limits.bodyIdleTimeoutMs,
  });
  const parser = new FrameParser({ frames: files, headerBytes: batchHeaderBytes, contentBytes: fileBytes });
  let total = 0;
  for await (const piece of body) {
    const frames = parser.push(piece);
    for (const { content } of frames) total += content.byteLength;
    if (total > bytes) throw new AppError('body-too-large');
    if (frames.length > 0) yield frames;
  }
  parser.finish();
}
