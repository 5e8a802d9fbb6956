import { AppError, type TreePath } from '@holdfast/base';
import type { FaultPlan } from '@holdfast/base/testing';
import { ChunkCutter } from '@holdfast/protocol';
import type { RemoteEntry, UploadOptions, UploadSource } from '../remote.ts';
import type { ContentChunk, DeltaPiece, DeltaTransfers } from '../transfers.ts';
import { sha256Of } from './memory-server.ts';

interface SingleTransfers {
  write(path: TreePath, source: UploadSource, options: UploadOptions): Promise<RemoteEntry>;
  /** The bytes of a version. @throws AppError `target-changed`, `not-found`. */
  bytes(path: TreePath, ifMatch: string): Uint8Array;
}

/** Deltas of a server in memory. `faults` strikes at `deltas.chunks` and `deltas.write`. */
export class MemoryDeltas implements DeltaTransfers {
  readonly minBytes: number;
  readonly maxBytes = 64 * 1024 * 1024;
  readonly #faults: FaultPlan;
  readonly #single: SingleTransfers;

  constructor(faults: FaultPlan, minBytes: number, single: SingleTransfers) {
    this.#faults = faults;
    this.minBytes = minBytes;
    this.#single = single;
  }

  chunks(path: TreePath, ifMatch: string, signal?: AbortSignal): Promise<readonly ContentChunk[]> {
    return this.#faults.around('deltas.chunks', () => {
      signal?.throwIfAborted();
      return chunksOf(this.#single.bytes(path, ifMatch));
    });
  }

  write(
    path: TreePath,
    pieces: AsyncIterable<DeltaPiece>,
    options: Parameters<DeltaTransfers['write']>[2],
  ): Promise<RemoteEntry> {
    return this.#faults.around('deltas.write', async () => {
      const { size, digest, onProgress, ...rest } = options;
      const made = await carriedOut(this.#single.bytes(path, options.ifMatch), pieces, options);
      if (sha256Of(made) !== digest()) throw new AppError('upload-damaged', { path });
      const open = async function* () {
        if (size > 0) yield made;
      };
      return await this.#single.write(path, { size, open }, rest);
    });
  }
}

function chunksOf(bytes: Uint8Array): ContentChunk[] {
  const cutter = new ChunkCutter();
  const chunks: ContentChunk[] = [];
  for (let start = 0; start < bytes.byteLength; ) {
    const cut = cutter.next(bytes, start);
    const end = cut < 0 ? bytes.byteLength : cut;
    chunks.push({ start, size: end - start, sha256: sha256Of(bytes.subarray(start, end)) });
    start = end;
  }
  return chunks;
}

async function carriedOut(
  base: Uint8Array,
  pieces: AsyncIterable<DeltaPiece>,
  { size, signal, onProgress }: Parameters<DeltaTransfers['write']>[2],
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    const part = piece.kind === 'bytes' ? piece.bytes : base.slice(piece.start, piece.start + piece.size);
    const wanted = piece.kind === 'bytes' ? part.byteLength : piece.size;
    if (part.byteLength !== wanted) throw new AppError('upload-damaged');
    total += wanted;
    if (total > size) throw new AppError('target-changed');
    parts.push(part);
    onProgress?.(wanted);
  }
  if (total !== size) throw new AppError('target-changed');
  return new Uint8Array(Buffer.concat(parts));
}
