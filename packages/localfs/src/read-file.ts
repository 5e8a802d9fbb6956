import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { AppError } from '@holdfast/base';
import type { LocalEntry } from './folder.ts';
import { entryOf, isAsExpected } from './local-entry.ts';

const readAsync = promisify(read);
const blockBytes = 1024 * 1024;
/** Files up to this size are read without a thread hop. */
const smallFile = 128 * 1024;
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The bytes of a file, or of `start`…`end` (inclusive); `target-changed` when it is not, or does not stay, as seen. */
export async function* readFile(
  at: string,
  expected: LocalEntry,
  range?: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const start = range?.start ?? 0;
  const end = Math.min(range ? range.end + 1 : expected.size, expected.size);
  const fd = openSync(at, openFlags);
  try {
    compare(fd, expected);
    for (let position = start; position < end; ) {
      const block = Buffer.allocUnsafeSlow(Math.min(blockBytes, end - position));
      const count = await readBlock(fd, block, position);
      if (count === 0) throw changed(expected);
      position += count;
      // Compared before the last block is handed out, so that whoever has all bytes has the right ones.
      if (position >= end) compare(fd, expected);
      yield count === block.byteLength ? block : block.subarray(0, count);
    }
  } finally {
    closeSync(fd);
  }
}

/** SHA-256 of a file in lower-case hexadecimal; `target-changed` as for `readFile`. */
export async function hashFile(at: string, expected: LocalEntry, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const fd = openSync(at, openFlags);
  try {
    compare(fd, expected);
    let position = 0;
    let block: Buffer = Buffer.allocUnsafe(Math.min(blockBytes, expected.size));
    let spare: Buffer = expected.size > blockBytes ? Buffer.allocUnsafe(blockBytes) : block;
    let count = expected.size === 0 ? 0 : await readBlock(fd, block, 0);
    while (count > 0) {
      position += count;
      // The next block is read while this one is hashed.
      const next = position < expected.size ? readBlock(fd, spare, position) : Promise.resolve(0);
      hash.update(block.subarray(0, count));
      [block, spare] = [spare, block];
      count = await next;
      signal?.throwIfAborted();
    }
    if (position !== expected.size) throw changed(expected);
    compare(fd, expected);
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

async function readBlock(fd: number, block: Buffer, position: number): Promise<number> {
  if (block.byteLength <= smallFile) return readSync(fd, block, 0, block.byteLength, position);
  return (await readAsync(fd, block, 0, block.byteLength, position)).bytesRead;
}

function compare(fd: number, expected: LocalEntry): void {
  const now = entryOf(expected.path, fstatSync(fd, { bigint: true }));
  if (expected.kind !== 'file' || !isAsExpected(expected, now)) throw changed(expected);
}

function changed(expected: LocalEntry): AppError {
  return new AppError('target-changed', { path: expected.path });
}
