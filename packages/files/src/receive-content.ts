import { createHash, type Hash, hash } from 'node:crypto';
import { AppError } from '@holdfast/base';
import { interruptible } from '@holdfast/blobs';
import { type Checksum, type ChecksumKind, formatChecksums } from '@holdfast/protocol';
import type { Parts } from './parts.ts';
import { type Piece, wholeBlob } from './pieces.ts';

/** Bytes that have arrived and are durable, or will be with the row that holds them. */
export interface Content {
  readonly size: number;
  readonly sha256: string;
  /** As `formatChecksums` writes them: SHA-256, then the kinds the uploader named. */
  readonly checksums: string;
  /** The bytes of small content. */
  readonly inline: Buffer | null;
  /** The blobs of larger content, or parts of them, in order. */
  readonly blobs: readonly Piece[];
  /** Where it is cut, when that is known from the start. */
  readonly chunks?: Uint8Array;
}

/** What the bytes must fit. */
export interface Expected {
  readonly size?: number;
  readonly checksums?: readonly Checksum[];
  readonly signal?: AbortSignal;
}

/**
 * Takes a body in: small ones into memory, larger ones into the blob store while they arrive. Each byte is hashed
 * once for each kind. `beforeBlob` runs before anything is stored and returns how many bytes may come.
 * @throws AppError `body-cut-off`, `checksum-mismatch`, `quota-exceeded`, `disk-full`, those of the blob store.
 */
export async function receiveContent(
  parts: Parts,
  body: AsyncIterable<Uint8Array>,
  expected: Expected,
  beforeBlob: () => Promise<number>,
): Promise<Content> {
  const source = expected.signal === undefined ? body : interruptible(body, expected.signal);
  const { inlineBytes } = parts.limits;
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    await parts.blobs.requireRoom(expected.size ?? 0);
    // What is announced as large is looked at before the first byte is asked for.
    const allowed =
      expected.size !== undefined && expected.size > inlineBytes ? await beforeBlob() : undefined;
    const head: Uint8Array[] = [];
    let size = 0;
    while (size <= inlineBytes) {
      const next = await iterator.next();
      if (next.done) {
        ended = true;
        break;
      }
      head.push(next.value);
      size += next.value.byteLength;
      if (expected.size !== undefined && size > expected.size) throw wrongSize(expected.size, size);
    }
    if (ended) return smallContent(head, size, expected);
    const meter = new Meter(allowed ?? (await beforeBlob()), expected);
    const blob = await parts.blobs.put(meter.pass(head, iterator));
    ended = true;
    return finishContent(blob.size, blob.id, meter.digests(), expected, null, [wholeBlob(blob)]);
  } finally {
    if (!ended) await iterator.return?.();
  }
}

/** Checks what arrived against what was announced. */
export function finishContent(
  size: number,
  sha256: string,
  others: readonly Checksum[],
  expected: Expected,
  inline: Buffer | null,
  blobs: Content['blobs'],
): Content {
  const computed: Checksum[] = [{ kind: 'SHA256', hex: sha256 }, ...others];
  requireChecksums(computed, expected.checksums);
  return { size, sha256, checksums: formatChecksums(computed), inline, blobs };
}

/** Running hashes for the kinds that were named, beyond SHA-256. */
export function namedHashes(checksums: readonly Checksum[] | undefined): Map<ChecksumKind, Hash> {
  const kinds = new Set(checksums?.map((checksum) => checksum.kind));
  kinds.delete('SHA256');
  return new Map([...kinds].sort().map((kind) => [kind, createHash(kind.toLowerCase())]));
}

function smallContent(chunks: readonly Uint8Array[], size: number, expected: Expected): Content {
  if (expected.size !== undefined && size !== expected.size) throw wrongSize(expected.size, size);
  const [first] = chunks;
  const bytes =
    chunks.length === 1 && first !== undefined
      ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
      : Buffer.concat(chunks);
  const others = [...namedHashes(expected.checksums).keys()].map((kind) => ({
    kind,
    hex: hash(kind.toLowerCase(), bytes),
  }));
  return finishContent(size, hash('sha256', bytes), others, expected, bytes, []);
}

function requireChecksums(computed: readonly Checksum[], named: readonly Checksum[] | undefined): void {
  for (const { kind, hex } of named ?? []) {
    const actual = computed.find((checksum) => checksum.kind === kind)?.hex;
    if (actual !== hex) throw new AppError('checksum-mismatch', { kind, expected: hex, actual });
  }
}

function wrongSize(expected: number, received: number): AppError {
  return new AppError('body-cut-off', { expected, received });
}

/** Counts and hashes what passes through on its way into the blob store. */
class Meter {
  readonly #allowed: number;
  readonly #expected: Expected;
  readonly #hashes: Map<ChecksumKind, Hash>;
  #size = 0;

  constructor(allowed: number, expected: Expected) {
    this.#allowed = allowed;
    this.#expected = expected;
    this.#hashes = namedHashes(expected.checksums);
  }

  async *pass(head: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
    for (const chunk of head) yield this.#count(chunk);
    while (true) {
      const next = await rest.next();
      if (next.done) break;
      yield this.#count(next.value);
    }
    const { size } = this.#expected;
    // Thrown inside of the put, so that the blob store forgets what has arrived.
    if (size !== undefined && this.#size !== size) throw wrongSize(size, this.#size);
  }

  digests(): Checksum[] {
    return [...this.#hashes].map(([kind, hash]) => ({ kind, hex: hash.digest('hex') }));
  }

  #count(chunk: Uint8Array): Uint8Array {
    this.#size += chunk.byteLength;
    const { size } = this.#expected;
    if (size !== undefined && this.#size > size) throw wrongSize(size, this.#size);
    if (this.#size > this.#allowed) throw new AppError('quota-exceeded', { more: this.#size });
    for (const hash of this.#hashes.values()) hash.update(chunk);
    return chunk;
  }
}
