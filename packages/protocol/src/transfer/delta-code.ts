import { AppError } from '@holdfast/base';

/** Media type of a delta: how a new version is made out of the one named by `If-Match`. */
export const deltaMediaType = 'application/vnd.holdfast.delta';

/** What deltas a server takes; advertised in the capabilities as `holdfast.delta`. In bytes of the new version. */
export interface DeltaLimits {
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** One instruction of a delta. The last one is `end`, with the SHA-256 of the whole in lower-case hexadecimal. */
export type DeltaInstruction =
  | { readonly kind: 'copy'; readonly start: number; readonly size: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly sha256: string };

const codes = { copy: 1, bytes: 2, end: 3 } as const;
const copyBytes = 17;
const hashBytes = 32;

/** The bytes of an instruction; those of `bytes` are its beginning, which the bytes themselves follow. */
export function deltaHead(instruction: DeltaInstruction): Uint8Array {
  if (instruction.kind === 'copy') {
    const head = new Uint8Array(copyBytes);
    const view = new DataView(head.buffer);
    head[0] = codes.copy;
    view.setBigUint64(1, BigInt(instruction.start));
    view.setBigUint64(9, BigInt(instruction.size));
    return head;
  }
  if (instruction.kind === 'bytes') {
    const head = new Uint8Array(5);
    head[0] = codes.bytes;
    new DataView(head.buffer).setUint32(1, instruction.bytes.byteLength);
    return head;
  }
  const head = new Uint8Array(1 + hashBytes);
  head[0] = codes.end;
  for (let i = 0; i < hashBytes; i++)
    head[1 + i] = Number.parseInt(instruction.sha256.slice(2 * i, 2 * i + 2), 16);
  return head;
}

/** Takes a delta apart as it comes. What `bytes` instructions hold is handed out piece by piece, without copying. */
export class DeltaParser {
  #rest: Uint8Array = new Uint8Array();
  /** Bytes that are still to come of the `bytes` instruction that is being read. */
  #left = 0;
  #ended = false;

  /** @throws AppError `bad-request`. */
  push(bytes: Uint8Array): DeltaInstruction[] {
    this.#rest = this.#rest.byteLength === 0 ? bytes : joined(this.#rest, bytes);
    const out: DeltaInstruction[] = [];
    for (;;) {
      if (this.#rest.byteLength === 0) return out;
      if (this.#ended) throw broken('Something follows the end.');
      if (this.#left > 0) {
        const part = this.#take(Math.min(this.#left, this.#rest.byteLength));
        this.#left -= part.byteLength;
        out.push({ kind: 'bytes', bytes: part });
        continue;
      }
      const next = this.#head();
      if (next === undefined) return out;
      if (next !== 'bytes') out.push(next);
    }
  }

  /** To be called when the source has ended. @throws AppError `body-cut-off` when the end has not come. */
  finish(): void {
    if (!this.#ended) throw new AppError('body-cut-off');
  }

  #head(): DeltaInstruction | 'bytes' | undefined {
    const code = this.#rest[0];
    const length = code === codes.copy ? copyBytes : code === codes.bytes ? 5 : 1 + hashBytes;
    if (code !== codes.copy && code !== codes.bytes && code !== codes.end)
      throw broken('An instruction is unknown.');
    if (this.#rest.byteLength < length) return undefined;
    const head = this.#take(length);
    const view = new DataView(head.buffer, head.byteOffset, length);
    if (code === codes.copy) {
      const start = Number(view.getBigUint64(1));
      const size = Number(view.getBigUint64(9));
      if (!Number.isSafeInteger(start + size) || size === 0) throw broken('A range is impossible.');
      return { kind: 'copy', start, size };
    }
    if (code === codes.bytes) {
      this.#left = view.getUint32(1);
      if (this.#left === 0) throw broken('Bytes are missing.');
      return 'bytes';
    }
    this.#ended = true;
    const sha256 = Array.from(head.subarray(1), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return { kind: 'end', sha256 };
  }

  #take(length: number): Uint8Array {
    const part = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return part;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.byteLength + b.byteLength);
  out.set(a);
  out.set(b, a.byteLength);
  return out;
}

function broken(reason: string): AppError {
  return new AppError('bad-request', { message: `The delta is malformed. ${reason}` });
}
