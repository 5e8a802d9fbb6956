import { AppError } from '@holdfast/base';

/**
 * One message of a framed body: a small JSON header, and bytes. On the wire: length of the header and of the bytes
 * as two unsigned 32-bit numbers (big endian), the header in UTF-8, the bytes. Eight zero bytes end the body, so
 * that one that was cut off cannot be taken for a whole one (docs/formats/transfers.md).
 */
export interface Frame {
  readonly header: unknown;
  readonly content: Uint8Array;
}

/** How much of a framed body is taken in before it is refused. */
export interface FrameLimits {
  readonly frames: number;
  /** Of one frame. */
  readonly headerBytes: number;
  /** Of one frame. */
  readonly contentBytes: number;
}

const prefixBytes = 8;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The end of a framed body. */
export const endOfFrames: Uint8Array = new Uint8Array(prefixBytes);

/** The beginning of a frame; its `contentBytes` bytes follow. */
export function frameHead(header: object, contentBytes = 0): Uint8Array {
  const text = encoder.encode(JSON.stringify(header));
  const head = new Uint8Array(prefixBytes + text.byteLength);
  const view = new DataView(head.buffer);
  view.setUint32(0, text.byteLength);
  view.setUint32(4, contentBytes);
  head.set(text, prefixBytes);
  return head;
}

/** Takes a framed body apart as it comes. Holds one unfinished frame at most. */
export class FrameParser {
  readonly #limits: FrameLimits;
  readonly #pieces: Uint8Array[] = [];
  #size = 0;
  #count = 0;
  #next: { readonly headerBytes: number; readonly contentBytes: number } | undefined;
  #ended = false;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Whether the end has come. What follows it is refused. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * The frames that are complete with these bytes. Content may point into `bytes`.
   * @throws AppError `bad-request` for broken framing; `body-too-large`.
   */
  push(bytes: Uint8Array): Frame[] {
    if (bytes.byteLength === 0) return [];
    this.#pieces.push(bytes);
    this.#size += bytes.byteLength;
    const frames: Frame[] = [];
    for (;;) {
      if (this.#ended && this.#size > 0) throw broken('Something follows the end.');
      this.#next ??= this.#prefix();
      const next = this.#next;
      if (next === undefined || this.#size < next.headerBytes + next.contentBytes) return frames;
      const header = parseHeader(this.#take(next.headerBytes));
      frames.push({ header, content: this.#take(next.contentBytes) });
      this.#next = undefined;
    }
  }

  /** To be called when the source has ended. @throws AppError `body-cut-off` when the end has not come. */
  finish(): void {
    if (!this.#ended) throw new AppError('body-cut-off');
  }

  #prefix(): { headerBytes: number; contentBytes: number } | undefined {
    if (this.#ended || this.#size < prefixBytes) return undefined;
    const prefix = this.#take(prefixBytes);
    const view = new DataView(prefix.buffer, prefix.byteOffset, prefixBytes);
    const headerBytes = view.getUint32(0);
    const contentBytes = view.getUint32(4);
    if (headerBytes === 0) {
      if (contentBytes !== 0) throw broken('A header is missing.');
      this.#ended = true;
      if (this.#size > 0) throw broken('Something follows the end.');
      return undefined;
    }
    if (headerBytes > this.#limits.headerBytes) throw broken('A header is too long.');
    if (contentBytes > this.#limits.contentBytes || ++this.#count > this.#limits.frames) {
      throw new AppError('body-too-large');
    }
    return { headerBytes, contentBytes };
  }

  #take(length: number): Uint8Array {
    this.#size -= length;
    const first = this.#pieces[0];
    if (length === 0 || first === undefined) return new Uint8Array();
    if (first.byteLength > length) {
      this.#pieces[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    if (first.byteLength === length) {
      this.#pieces.shift();
      return first;
    }
    const out = new Uint8Array(length);
    let at = 0;
    let whole = 0;
    for (const piece of this.#pieces) {
      const part = piece.subarray(0, length - at);
      out.set(part, at);
      at += part.byteLength;
      if (part.byteLength < piece.byteLength) {
        this.#pieces[whole] = piece.subarray(part.byteLength);
        break;
      }
      whole++;
      if (at === length) break;
    }
    this.#pieces.splice(0, whole);
    return out;
  }
}

function parseHeader(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new AppError('bad-request', { message: 'A header is not JSON in UTF-8.' }, { cause });
  }
}

function broken(reason: string): AppError {
  return new AppError('bad-request', { message: `The body is malformed. ${reason}` });
}
