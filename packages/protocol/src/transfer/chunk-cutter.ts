/** Bytes of a chunk: never fewer (but for the last one), usually, and never more. */
export const chunkSizes = { min: 16 * 1024, normal: 64 * 1024, max: 256 * 1024 } as const;

/**
 * One bits where the fingerprint has to be zero for a cut. In the upper bits, which depend on the most bytes; more of
 * them before the usual size than behind it, so that sizes gather around it.
 */
const maskBefore = 0xff_ff_c0_00 | 0;
const maskBehind = 0xff_fc_00_00 | 0;

/**
 * Cuts bytes into chunks by what is in them (FastCDC: Xia and others, USENIX ATC 2016), so that the same content is
 * cut in the same places wherever it stands: an insertion moves the cuts near it and no others. Part of the wire
 * protocol: both sides must cut alike, so sizes, masks and table never change. Holds no bytes.
 */
export class ChunkCutter {
  #size = 0;
  #fingerprint = 0;

  /**
   * Looks at the next bytes of the content, `bytes` from `from` on. Returns the index behind the chunk that ends in
   * them, from where to go on, or -1 when it goes on behind `bytes`. What comes last is a chunk in any case.
   */
  next(bytes: Uint8Array, from: number): number {
    const gear = gears;
    const start = from - this.#size;
    const length = bytes.byteLength;
    let at = Math.max(from, Math.min(length, start + chunkSizes.min));
    let fingerprint = this.#fingerprint;
    const normal = Math.min(length, start + chunkSizes.normal);
    for (; at < normal; at++) {
      fingerprint = ((fingerprint << 1) + (gear[bytes[at] as number] as number)) | 0;
      if ((fingerprint & maskBefore) === 0) return this.#cut(at + 1);
    }
    const last = Math.min(length, start + chunkSizes.max);
    for (; at < last; at++) {
      fingerprint = ((fingerprint << 1) + (gear[bytes[at] as number] as number)) | 0;
      if ((fingerprint & maskBehind) === 0) return this.#cut(at + 1);
    }
    if (last === start + chunkSizes.max) return this.#cut(last);
    this.#size = length - start;
    this.#fingerprint = fingerprint;
    return -1;
  }

  /** Begins a new chunk, wherever the last one has ended. */
  reset(): void {
    this.#size = 0;
    this.#fingerprint = 0;
  }

  #cut(end: number): number {
    this.reset();
    return end;
  }
}

/** 256 numbers without a pattern, the same for ever: the first outputs of xorshift32 from a fixed start. */
function makeGears(): Int32Array {
  const gears = new Int32Array(256);
  let state = 0x9e_37_79_b9 | 0;
  for (let i = 0; i < gears.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    gears[i] = state;
  }
  return gears;
}

const gears = makeGears();
