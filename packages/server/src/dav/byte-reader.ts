import { AppError } from '@holdfast/base';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Reads lines and counted stretches of bytes from a stream, holding no more than one piece of it. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /**
   * One line of raw bytes without its CRLF (or LF); undefined at the end of the stream.
   * @throws AppError `bad-request` when it is longer than `max` bytes.
   */
  async line(max: number): Promise<Buffer | undefined> {
    for (;;) {
      const end = this.#rest.indexOf(lineFeed);
      if (end > max || (end < 0 && this.#rest.length > max)) {
        throw new AppError('bad-request', { message: 'A line of the multipart body is too long.' });
      }
      if (end >= 0) {
        const stop = end > 0 && this.#rest[end - 1] === carriageReturn ? end - 1 : end;
        const line = this.#rest.subarray(0, stop);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      const more = await this.#next();
      if (!more) {
        if (this.#rest.length === 0) return undefined;
        const last = this.#rest;
        this.#rest = Buffer.alloc(0);
        return last;
      }
      this.#rest = this.#rest.length === 0 ? more : Buffer.concat([this.#rest, more]);
    }
  }

  /**
   * Up to `max` of the next bytes; never none.
   * @throws AppError `body-cut-off` at the end of the stream.
   */
  async some(max: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const more = await this.#next();
      if (!more) throw new AppError('body-cut-off');
      this.#rest = more;
    }
    const bytes = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async #next(): Promise<Buffer | undefined> {
    const { done, value } = await this.#source.next();
    if (done) return undefined;
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
}
