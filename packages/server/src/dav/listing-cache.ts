/**
 * Listings as they went over the wire, by a key that names the etag of their folder. A folder's etag changes with
 * anything in it and never comes back, so an entry can only grow useless, never wrong. Clients that poll are
 * answered from here; the least used go first when it is full.
 */
export class ListingCache {
  readonly #entries = new Map<string, Buffer>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The listing kept under `key`. */
  get(key: string): Buffer | undefined {
    const found = this.#entries.get(key);
    if (found) {
      this.#entries.delete(key);
      this.#entries.set(key, found);
    }
    return found;
  }

  /** Keeps a listing; one that would take up more than an eighth of the room is passed over. */
  set(key: string, listing: Buffer): void {
    if (listing.length > this.#maxBytes / 8) return;
    this.#remove(key);
    this.#entries.set(key, listing);
    this.#bytes += listing.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.length ?? 0;
    this.#entries.delete(key);
  }
}
