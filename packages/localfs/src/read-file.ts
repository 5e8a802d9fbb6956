import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, read, readlinkSync, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { AppError } from '@holdfast/base';
import type { LocalEntry } from './folder.ts';
import { entryOf, isAsExpected, linkEntryOf } from './local-entry.ts';

const readAsync = promisify(read);
const blockBytes = 1024 * 1024;
/** Files up to this size are read without a thread hop. */
const smallFile = 128 * 1024;
const nothing = Buffer.alloc(0);
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The bytes of a file, or of `start`…`end` (inclusive); `target-changed` when it is not, or does not stay, as seen. */
export async function* readFile(
  at: string,
  expected: LocalEntry,
  range?: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  if (expected.link === true) {
    const target = readTarget(at, expected);
    yield range ? target.subarray(range.start, range.end + 1) : target;
    return;
  }
  const start = range?.start ?? 0;
  const end = Math.min(range ? range.end + 1 : expected.size, expected.size);
  const fd = openSync(at, openFlags);
  let coming: Promise<Buffer> | undefined;
  try {
    compare(fd, expected);
    for (let position = start; position < end; ) {
      const block: Buffer = await (coming ?? readBlock(fd, newBlock(end - position), position));
      if (block.byteLength === 0) throw changed(expected);
      position += block.byteLength;
      // The next block is read while this one is used.
      coming = position < end ? readBlock(fd, newBlock(end - position), position) : undefined;
      coming?.catch(() => {});
      // Compared before the last block is handed out, so that whoever has all bytes has the right ones.
      if (position >= end) compare(fd, expected);
      yield block;
    }
  } finally {
    await coming?.catch(() => {});
    closeSync(fd);
  }
}

function newBlock(left: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.min(blockBytes, left));
}

/** SHA-256 of a file in lower-case hexadecimal; `target-changed` as for `readFile`. */
export async function hashFile(at: string, expected: LocalEntry, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  if (expected.link === true) return hash.update(readTarget(at, expected)).digest('hex');
  const fd = openSync(at, openFlags);
  try {
    compare(fd, expected);
    let position = 0;
    let block: Buffer = Buffer.allocUnsafe(Math.min(blockBytes, expected.size));
    let spare: Buffer = expected.size > blockBytes ? Buffer.allocUnsafe(blockBytes) : block;
    let got = expected.size === 0 ? block : await readBlock(fd, block, 0);
    while (got.byteLength > 0) {
      position += got.byteLength;
      // The next block is read while this one is hashed.
      const next = position < expected.size ? readBlock(fd, spare, position) : Promise.resolve(nothing);
      hash.update(got);
      [block, spare] = [spare, block];
      got = await next;
      signal?.throwIfAborted();
    }
    if (position !== expected.size) throw changed(expected);
    compare(fd, expected);
  } finally {
    closeSync(fd);
  }
  return hash.digest('hex');
}

/** What of `block` could be read; nothing at the end of the file. */
async function readBlock(fd: number, block: Buffer, position: number): Promise<Buffer> {
  const count =
    block.byteLength <= smallFile
      ? readSync(fd, block, 0, block.byteLength, position)
      : (await readAsync(fd, block, 0, block.byteLength, position)).bytesRead;
  return count === block.byteLength ? block : block.subarray(0, count);
}

function compare(fd: number, expected: LocalEntry): void {
  const now = entryOf(expected.path, fstatSync(fd, { bigint: true }));
  if (expected.kind !== 'file' || !isAsExpected(expected, now)) throw changed(expected);
}

/** The target of a link that is as expected before and after. */
function readTarget(at: string, expected: LocalEntry): Uint8Array {
  const look = () => {
    const stats = lstatSync(at, { bigint: true });
    if (!stats.isSymbolicLink()) throw changed(expected);
    const target = readlinkSync(at, { encoding: 'buffer' });
    if (!isAsExpected(expected, linkEntryOf(expected.path, stats, target))) throw changed(expected);
    return target;
  };
  look();
  return look();
}

function changed(expected: LocalEntry): AppError {
  return new AppError('target-changed', { path: expected.path });
}
