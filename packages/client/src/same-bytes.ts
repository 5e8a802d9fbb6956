/** Whether two streams carry the same bytes, however they are cut. Breaks both off at the first difference. */
export async function sameBytes(
  one: AsyncIterable<Uint8Array>,
  other: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  const sides = [new Side(one), new Side(other)] as const;
  try {
    for (;;) {
      const [a, b] = [await sides[0].more(), await sides[1].more()];
      if (a === undefined || b === undefined) return a === b;
      const length = Math.min(a.byteLength, b.byteLength);
      for (let at = 0; at < length; at++) if (a[at] !== b[at]) return false;
      sides[0].take(length);
      sides[1].take(length);
    }
  } finally {
    await sides[0].end();
    await sides[1].end();
  }
}

class Side {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** What is at hand, at least a byte; undefined at the end. */
  async more(): Promise<Uint8Array | undefined> {
    while (this.#rest.byteLength === 0) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#rest = next.value;
    }
    return this.#rest;
  }

  take(length: number): void {
    this.#rest = this.#rest.subarray(length);
  }

  async end(): Promise<void> {
    await this.#chunks.return?.();
  }
}
