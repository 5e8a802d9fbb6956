import { AppError } from '@holdfast/base';

const blockSize = 512;
/** The largest size that fits the eleven octal digits of the classic field. */
const largestOctal = 8 ** 11 - 1;

/** The header block of a regular file (POSIX.1-1988 ustar; sizes from 8 GiB in base 256, as GNU tar writes them). */
export function tarHeader(name: string, size: number, modifiedAt: number): Buffer {
  const block = Buffer.alloc(blockSize);
  block.write(name, 0, 100);
  block.write('0000600\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  if (size <= largestOctal) {
    block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  } else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write(
    `${Math.floor(modifiedAt / 1000)
      .toString(8)
      .padStart(11, '0')}\0`,
    136,
  );
  block.write('0', 156);
  block.write('ustar\x0000', 257);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** Zeros that fill the last block of a file of `size` bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize);
}

/** What ends an archive. */
export const tarEnd: Buffer = Buffer.alloc(2 * blockSize);

function checksum(block: Buffer): number {
  let sum = 0;
  // The field of the checksum itself counts as spaces.
  for (const [i, byte] of block.entries()) sum += i >= 148 && i < 156 ? 0x20 : byte;
  return sum;
}

/** A file in an archive; its bytes must be read before the next one is asked for. */
export interface TarEntry {
  readonly name: string;
  readonly size: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Reads the files of an archive one after another. @throws AppError `backup-damaged`. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry> {
  const reader = new BlockReader(source);
  while (true) {
    const block = await reader.exactly(blockSize);
    if (block.every((byte) => byte === 0)) return;
    const { name, size } = parseHeader(block);
    let left = size;
    const bytes = (async function* () {
      while (left > 0) {
        const chunk = await reader.some(left);
        left -= chunk.byteLength;
        yield chunk;
      }
    })();
    yield { name, size, bytes };
    while (left > 0) left -= (await reader.some(left)).byteLength;
    await reader.exactly(tarPadding(size).byteLength);
  }
}

function parseHeader(block: Buffer): { name: string; size: number } {
  const field = (start: number, end: number) => {
    const text = block.toString('latin1', start, end);
    return text.slice(0, (text.indexOf('\0') + 1 || text.length + 1) - 1).trim();
  };
  const size =
    (block[124] ?? 0) & 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(field(124, 136), 8);
  const stated = Number.parseInt(field(148, 156), 8);
  if (stated !== checksum(block) || !Number.isSafeInteger(size) || size < 0 || field(156, 157) !== '0') {
    throw new AppError('backup-damaged', { reason: 'an entry of the archive cannot be read' });
  }
  return { name: field(0, 100), size };
}

/** Cuts a stream into pieces of the sizes that are asked for. */
class BlockReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** At least one byte and at most `limit`. */
  async some(limit: number): Promise<Buffer> {
    while (this.#rest.byteLength === 0) {
      const next = await this.#iterator.next();
      if (next.done) throw new AppError('backup-damaged', { reason: 'the archive is cut off' });
      this.#rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    const piece = this.#rest.subarray(0, limit);
    this.#rest = this.#rest.subarray(piece.byteLength);
    return piece;
  }

  async exactly(size: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = size; left > 0; ) {
      const piece = await this.some(left);
      pieces.push(piece);
      left -= piece.byteLength;
    }
    return Buffer.concat(pieces);
  }
}
