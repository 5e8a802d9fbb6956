import { createHash } from 'node:crypto';
import { AppError, isAppError, type TreePath } from '@holdfast/base';
import { interruptible } from '@holdfast/blobs';
import { boundManifest } from './bound-manifest.ts';
import { checkTimes } from './check-times.ts';
import { ChunkListWriter, indexChunks } from './chunk-list-writer.ts';
import { knownChunks } from './content-cutter.ts';
import { type DeltaBase, deltaBase } from './delta-base.ts';
import type { Actor, DeltaPiece, DeltaWriteOptions, WriteResult } from './files.ts';
import { findPlace } from './find-place.ts';
import { whileStoring } from './maintenance/store-lease.ts';
import { lookupNames } from './names.ts';
import type { Parts } from './parts.ts';
import { type Piece, storedContent, wholeBlob } from './pieces.ts';
import { type Content, finishContent, receiveContent } from './receive-content.ts';
import { requireRights } from './sight.ts';
import { putContent, roomForWrite } from './write-file.ts';

/** Instructions of one delta: each may open a file. */
const maxInstructions = 250_000;

/** `Files.writeDelta`. */
export async function writeDelta(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  pieces: AsyncIterable<DeltaPiece>,
  options: DeltaWriteOptions,
): Promise<WriteResult> {
  // It copies from what is there: whoever may not read it must not find out about it either.
  requireRights(actor, 'read', 'write');
  checkTimes(options);
  return whileStoring(parts.blobs, parts.clock.now(), async () => {
    const { base, chunks } = await openBase(parts, actor, path, options);
    await parts.blobs.requireRoom(0);
    const content = await contentOf(parts, base, chunks, pieces, options).catch(async (error: unknown) => {
      // The base was replaced on the way and swept away: that is what went wrong.
      if (isAppError(error, 'store-damaged')) await openBase(parts, actor, path, options);
      throw error;
    });
    return parts.db.write((query) => putContent(parts, query, actor, path, content, options));
  });
}

function openBase(
  parts: Parts,
  actor: Actor,
  path: TreePath,
  options: DeltaWriteOptions,
): Promise<{ base: DeltaBase; chunks: Uint8Array | undefined }> {
  return parts.db.read(async (query) => {
    await roomForWrite(parts, query, actor, path, options);
    const { node } = await findPlace(query, actor.userId, lookupNames(path) ?? []);
    if (node === undefined) throw new AppError('not-found');
    const base = deltaBase(parts.blobs, await storedContent(query, node), node.size);
    return { base, chunks: await knownChunks(query, node.content_id) };
  });
}

async function contentOf(
  parts: Parts,
  base: DeltaBase,
  chunks: Uint8Array | undefined,
  pieces: AsyncIterable<DeltaPiece>,
  options: DeltaWriteOptions,
): Promise<Content> {
  const { size, signal } = options;
  const source = signal === undefined ? pieces : interruptible(pieces, signal);
  // Whoever has asked for the cuts of one version will ask for those of the next.
  const list =
    chunks && size <= parts.limits.chunkedBytes ? new ChunkListWriter(indexChunks(chunks)) : undefined;
  const maker = new VersionMaker(base, source, size, list);
  if (size <= parts.limits.inlineBytes) {
    const content = await receiveContent(parts, maker.everything(), { size }, async () => size);
    requireDigest(content.sha256, options.digest());
    return content;
  }
  const made = await maker.store(parts);
  requireDigest(made.sha256, options.digest());
  const blobs = await boundManifest(parts.blobs, made.pieces, signal);
  const content = finishContent(size, made.sha256, [], {}, null, blobs);
  return list === undefined ? content : { ...content, chunks: list.finish() };
}

/** Carries out the instructions of a delta. */
class VersionMaker {
  readonly #base: DeltaBase;
  readonly #source: AsyncIterable<DeltaPiece>;
  readonly #expected: number;
  readonly #list: ChunkListWriter | undefined;
  readonly #hash = createHash('sha256');
  /** Of the base; new bytes have no blob yet. */
  readonly #made: (Piece | { readonly newSize: number })[] = [];
  #size = 0;

  constructor(
    base: DeltaBase,
    source: AsyncIterable<DeltaPiece>,
    expected: number,
    list: ChunkListWriter | undefined,
  ) {
    this.#list = list;
    this.#base = base;
    this.#source = source;
    this.#expected = expected;
  }

  /** Stores the new bytes as one blob; of what is copied, only the place is noted down. */
  async store(parts: Parts): Promise<{ sha256: string; pieces: Piece[] }> {
    const fresh = this.#newBytes();
    const first = await fresh.next();
    const blob = first.done
      ? undefined
      : await parts.blobs.put(
          (async function* () {
            yield first.value;
            yield* fresh;
          })(),
        );
    let offset = 0;
    const pieces = this.#made.map((piece): Piece => {
      if ('id' in piece) return piece;
      if (blob === undefined) throw new AppError('internal');
      const at = offset;
      offset += piece.newSize;
      return { ...wholeBlob(blob), offset: at, size: piece.newSize };
    });
    return { sha256: this.#hash.digest('hex'), pieces };
  }

  /** All bytes of the new version. */
  async *everything(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#checked()) {
      if (piece.kind === 'bytes') yield piece.bytes;
      else yield* await this.#base.read(piece.start, piece.size);
    }
  }

  async *#newBytes(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#checked()) {
      const copied = piece.kind === 'copy' ? this.#base.pieces(piece.start, piece.size) : undefined;
      if (piece.kind === 'copy') {
        let read = 0;
        for await (const bytes of await this.#base.read(piece.start, piece.size)) {
          this.#hash.update(bytes);
          this.#list?.addCopy(bytes, piece.start + read, piece.size - read);
          read += bytes.byteLength;
          if (copied === undefined) yield this.#fresh(bytes);
        }
        for (const one of copied ?? []) this.#made.push(one);
      } else {
        this.#hash.update(piece.bytes);
        this.#list?.add(piece.bytes);
        yield this.#fresh(piece.bytes);
      }
    }
  }

  #fresh(bytes: Uint8Array): Uint8Array {
    const last = this.#made.at(-1);
    if (last !== undefined && 'newSize' in last) {
      this.#made[this.#made.length - 1] = { newSize: last.newSize + bytes.byteLength };
    } else {
      this.#made.push({ newSize: bytes.byteLength });
    }
    return bytes;
  }

  async *#checked(): AsyncGenerator<DeltaPiece> {
    let count = 0;
    for await (const piece of this.#source) {
      const size = piece.kind === 'copy' ? piece.size : piece.bytes.byteLength;
      if (size === 0) continue;
      this.#size += size;
      if (this.#size > this.#expected) throw this.#wrongSize();
      if (++count > maxInstructions) throw new AppError('body-too-large');
      yield piece;
    }
    // Thrown inside of the put, so that the blob store forgets what has arrived.
    if (this.#size !== this.#expected) throw this.#wrongSize();
  }

  #wrongSize(): AppError {
    return new AppError('body-cut-off', { expected: this.#expected, received: this.#size });
  }
}

function requireDigest(actual: string, expected: string): void {
  if (actual !== expected) throw new AppError('checksum-mismatch', { kind: 'SHA256', expected, actual });
}
