import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { FaultPlan } from '@holdfast/base/testing';
import type { Download, RemoteEntry, UploadOptions, UploadSource } from '../remote.ts';
import type { BatchDownload, BatchTransfers, BatchUpload } from '../transfers.ts';

interface SingleTransfers {
  write(path: TreePath, source: UploadSource, options: UploadOptions): Promise<RemoteEntry>;
  read(path: TreePath, options: { ifMatch: string }): Download;
}

/**
 * Batches of a server in memory. `faults` strikes at whole requests as `batches.write` and `batches.read`; one
 * file fails by what is on the server, or by a lie. What is said of each is told in another order than asked for.
 */
export class MemoryBatches implements BatchTransfers {
  readonly maxFiles = 64;
  readonly maxBytes = 1024 * 1024;
  readonly maxFileBytes: number;
  readonly #faults: FaultPlan;
  readonly #single: SingleTransfers;

  constructor(faults: FaultPlan, maxFileBytes: number, single: SingleTransfers) {
    this.#faults = faults;
    this.maxFileBytes = maxFileBytes;
    this.#single = single;
  }

  write(files: readonly BatchUpload[], signal?: AbortSignal): Promise<readonly (RemoteEntry | AppError)[]> {
    return this.#faults.around('batches.write', async () => {
      this.#check(files.map(({ bytes }) => bytes.byteLength));
      const results: (RemoteEntry | AppError)[] = [];
      for (const { path, bytes, options } of files) {
        signal?.throwIfAborted();
        const open = async function* () {
          if (bytes.byteLength > 0) yield bytes;
        };
        results.push(
          await this.#single.write(path, { size: bytes.byteLength, open }, options).catch(asResult),
        );
      }
      return results;
    });
  }

  async *read(
    files: readonly { readonly path: TreePath; readonly ifMatch: string }[],
    signal?: AbortSignal,
  ): AsyncGenerator<{ readonly index: number; readonly result: BatchDownload | AppError }> {
    const results = await this.#faults.around('batches.read', async () => {
      this.#check(files.map(() => 0));
      return await Promise.all(
        files.map(async ({ path, ifMatch }, index) => {
          const result = await this.#readOne(path, ifMatch).catch(asResult);
          return { index, result };
        }),
      );
    });
    for (const one of results.reverse()) {
      signal?.throwIfAborted();
      yield one;
    }
  }

  async #readOne(path: TreePath, ifMatch: string): Promise<BatchDownload> {
    const { body, ...rest } = this.#single.read(path, { ifMatch });
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    return { ...rest, bytes: new Uint8Array(Buffer.concat(parts)) };
  }

  #check(sizes: readonly number[]): void {
    const sum = sizes.reduce((total, size) => total + size, 0);
    if (sizes.length > this.maxFiles || sum > this.maxBytes || Math.max(0, ...sizes) > this.maxFileBytes) {
      throw new AppError('body-too-large', { message: 'The batch is larger than allowed.' });
    }
  }
}

function asResult(error: unknown): AppError {
  if (isAppError(error)) return error;
  throw error;
}
