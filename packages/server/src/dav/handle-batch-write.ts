import { type AppError, isAppError } from '@holdfast/base';
import type { BatchFile, WriteResult } from '@holdfast/files';
import {
  type BatchWriteResult,
  batchMediaType,
  endOfFrames,
  type Frame,
  frameHead,
  parseBatchWrite,
} from '@holdfast/protocol';
import type { DavCaller } from './dav-call.ts';
import { lettersFor } from './property-view.ts';
import { readFrames } from './read-frames.ts';

/** Files and bytes that are stored together. The next ones are read meanwhile. */
const groupFiles = 250;
const groupBytes = 2 * 1024 * 1024;

/**
 * POST of many small files in one request (docs/formats/transfers.md). Each succeeds or fails on its own, by the same
 * rules as a PUT; the answer comes once all are durable. When the framing breaks the whole request fails, and what
 * came before may have been written.
 */
export async function handleBatchWrite(caller: DavCaller): Promise<unknown> {
  const { reply, parts, actor } = caller;
  const letters = await lettersFor(caller);
  const answer: Uint8Array[] = [];
  let index = 0;
  const store = async (group: readonly BatchFile[]) => {
    for (const result of await parts.files.writeBatch(actor, group)) {
      answer.push(frameHead(resultOf(index++, result, letters)));
    }
  };
  let group: BatchFile[] = [];
  let size = 0;
  let storing: Promise<void> = Promise.resolve();
  try {
    for await (const frames of readFrames(caller)) {
      for (const frame of frames) {
        group.push(fileOf(frame));
        size += frame.content.byteLength;
      }
      if (group.length < groupFiles && size < groupBytes) continue;
      await storing;
      storing = store(group);
      // Its failure is met by the next `await storing`; until then nobody looks.
      storing.catch(() => undefined);
      group = [];
      size = 0;
    }
  } finally {
    await storing;
  }
  if (group.length > 0) await store(group);
  answer.push(endOfFrames);
  return reply.code(200).type(batchMediaType).send(Buffer.concat(answer));
}

function fileOf({ header, content }: Frame): BatchFile {
  const { path, mtime, sha256, executable, link, ifMatch } = parseBatchWrite(header);
  return {
    path,
    bytes: content,
    options: {
      mtime,
      executable,
      link,
      checksums: [{ kind: 'SHA256', hex: sha256 }],
      ...(ifMatch === undefined ? { ifNoneMatch: '*' } : { ifMatch: [ifMatch] }),
    },
  };
}

function resultOf(
  index: number,
  result: WriteResult | AppError,
  letters: (node: WriteResult['node']) => string,
): BatchWriteResult {
  if (isAppError(result)) return { index, error: result.code, message: result.details.message };
  const { node } = result;
  const sha256 = node.checksums.find((checksum) => checksum.kind === 'SHA256')?.hex ?? '';
  return { index, node: String(node.id), etag: node.etag, sha256, permissions: letters(node) };
}
