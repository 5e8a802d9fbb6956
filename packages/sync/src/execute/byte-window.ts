/** Looks ahead in a stream of bytes. The next piece is on its way while the last one is looked at. */
export class ByteWindow {
  readonly #source: AsyncIterator<Uint8Array>;
  #coming: Promise<IteratorResult<Uint8Array>> | undefined;
  #bytes: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
    this.#coming = this.#ask();
  }

  /** The next `size` bytes; fewer only at the end. They stay as they are, whatever is looked at later. */
  async peek(size: number): Promise<Uint8Array> {
    while (this.#bytes.byteLength < size && this.#coming !== undefined) {
      const { done, value } = await this.#coming;
      this.#coming = done === true ? undefined : this.#ask();
      if (done === true) break;
      this.#bytes = this.#bytes.byteLength === 0 ? value : Buffer.concat([this.#bytes, value]);
    }
    return this.#bytes.subarray(0, size);
  }

  /** Goes on behind bytes that were looked at. */
  skip(size: number): void {
    this.#bytes = this.#bytes.subarray(size);
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    await this.#coming?.catch(() => undefined);
    await this.#source.return?.();
  }

  #ask(): Promise<IteratorResult<Uint8Array>> {
    const next = this.#source.next();
    // Its failure is seen by whoever looks next; until then nobody does.
    next.catch(() => {});
    return next;
  }
}
