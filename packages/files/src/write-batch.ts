import { type AppError, isAppError } from '@holdfast/base';
import { checkTimes } from './check-times.ts';
import type { Actor, BatchFile, WriteResult } from './files.ts';
import { whileStoring } from './maintenance/store-lease.ts';
import type { Parts } from './parts.ts';
import type { Content } from './receive-content.ts';
import { requireRights } from './sight.ts';
import { putContent, receiveFile } from './write-file.ts';

/** Files stored at a time that are too large for the database: each waits for the disk. */
const atOnce = 8;

/**
 * `Files.writeBatch`. Bytes are stored before any change is made; then all changes wait in line together, so that
 * they share commits, in the order of the batch.
 */
export async function writeBatch(
  parts: Parts,
  actor: Actor,
  batch: readonly BatchFile[],
): Promise<readonly (WriteResult | AppError)[]> {
  requireRights(actor, 'write');
  return whileStoring(parts.blobs, parts.clock.now(), async () => {
    const contents = await receiveAll(parts, actor, batch);
    return Promise.all(
      batch.map((file, index) => {
        const content = contents[index];
        if (content === undefined || isAppError(content)) return content as AppError;
        return outcomeOf(
          parts.db.write((query) => putContent(parts, query, actor, file.path, content, file.options)),
        );
      }),
    );
  });
}

async function receiveAll(
  parts: Parts,
  actor: Actor,
  batch: readonly BatchFile[],
): Promise<(Content | AppError)[]> {
  const contents: (Content | AppError)[] = [];
  const queue = batch.entries();
  const take = async () => {
    for (const [index, { path, bytes, options }] of queue) {
      contents[index] = await outcomeOf(
        (async () => {
          checkTimes(options);
          return receiveFile(parts, actor, path, once(bytes), {
            ...options,
            size: options.size ?? bytes.byteLength,
          });
        })(),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, batch.length) }, take));
  return contents;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes;
}

/** What was refused is a result like any other; what nobody foresaw is not. */
async function outcomeOf<T>(work: Promise<T>): Promise<T | AppError> {
  try {
    return await work;
  } catch (error) {
    if (isAppError(error) && error.code !== 'internal') return error;
    throw error;
  }
}
