import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { DavClient } from './dav-client.ts';
import { inParallel } from './in-parallel.ts';
import { xmlHeaders, xmlPrefixes } from './listing.ts';
import { fileHeaders, putFile } from './put-file.ts';
import { readMultistatus } from './read-multistatus.ts';
import type { UploadOptions, UploadSource } from './remote.ts';
import { removeQuietly } from './remove-quietly.ts';
import { discardBody, type FetchResponse } from './transport.ts';
import { fnv } from './upload-name.ts';

/** A chunk where nothing speaks for another size, in bytes; large files have larger ones. */
const usualChunk = 16 * 1024 * 1024;
/** Not many more than this; the dialect allows ten thousand. */
const usualCount = 1000;

const mostChunks = 10_000;

/** Where chunks go and what they become. */
export interface ChunkTarget {
  readonly dav: DavClient;
  /** Encoded path of the staging folder of the account. */
  readonly uploads: string;
  /** Encoded path of the file to be. */
  readonly destination: string;
  readonly precise: boolean;
  /** Least and most bytes of a chunk, and chunks at the same time; one at a time where nothing is said. */
  readonly chunks?: { readonly min: number; readonly max: number; readonly parallel: number };
}

/**
 * Chunked upload v2. An upload that broke off is taken up again: its folder has a name made of what the file is,
 * and chunks that are there whole are not sent twice. Returns the answer to the last request.
 */
export async function putChunks(
  target: ChunkTarget,
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
): Promise<FetchResponse> {
  const folder = `${target.uploads}/${transferId(path, source, options)}`;
  const { min = 0, max = Number.POSITIVE_INFINITY, parallel = 1 } = target.chunks ?? {};
  const wanted = Math.max(usualChunk, min, Math.ceil(source.size / usualCount));
  const chunkSize = Math.max(Math.min(wanted, max), Math.ceil(source.size / mostChunks));
  const there = await chunksThere(target, folder, source.size, options);
  const count = Math.ceil(source.size / chunkSize);
  await inParallel(parallel, count, options.signal, async (index, signal) => {
    const start = index * chunkSize;
    const end = Math.min(start + chunkSize, source.size);
    const name = String(index + 1).padStart(5, '0');
    if (there.get(name) === end - start) {
      options.onProgress?.(end - start);
      return;
    }
    const headers = { ...common(target, source), 'oc-chunk-offset': String(start) };
    await putFile(target.dav, `${folder}/${name}`, source, { ...options, signal }, headers, { start, end });
  });
  return await assemble(target, folder, source, options);
}

async function assemble(
  target: ChunkTarget,
  folder: string,
  source: UploadSource,
  options: UploadOptions,
): Promise<FetchResponse> {
  const sha256 = options.sha256 ?? source.sha256?.();
  const guard =
    options.ifMatch === undefined
      ? { overwrite: 'F' }
      : { overwrite: 'T', if: `<${target.destination}> (["${options.ifMatch}"])` };
  try {
    const response = await target.dav.request(`${folder}/.file`, {
      method: 'MOVE',
      headers: {
        ...common(target, source),
        ...fileHeaders(options, target.precise),
        ...(target.precise && sha256 !== undefined ? { 'oc-checksum': `SHA256:${sha256}` } : {}),
        'x-hash': 'sha256',
        ...guard,
      },
      expect: [201, 204],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await discardBody(response);
    return response;
  } catch (error) {
    // The chunks do not fit together, or not to what was meant: the next try begins anew.
    if (error instanceof AppError && error.details.status === 400) {
      await removeQuietly(target.dav, folder);
      throw new AppError('upload-damaged', error.details, { cause: error });
    }
    throw error;
  }
}

/** Sizes of the chunks that are on the server, by name; makes the folder where there is none. */
async function chunksThere(
  target: ChunkTarget,
  folder: string,
  size: number,
  { signal }: UploadOptions,
): Promise<ReadonlyMap<string, number>> {
  const chunks = new Map<string, number>();
  const aborting = signal ? { signal } : {};
  try {
    const response = await target.dav.request(`${folder}/`, {
      method: 'PROPFIND',
      headers: { ...xmlHeaders, depth: '1' },
      body: `<?xml version="1.0" encoding="utf-8"?><d:propfind ${xmlPrefixes}><d:prop><d:getcontentlength/></d:prop></d:propfind>`,
      expect: [207],
      ...aborting,
    });
    for await (const responses of readMultistatus(response)) {
      for (const { href, props } of responses) {
        const name = /\/(\d{5})\/?$/.exec(href)?.[1];
        if (name !== undefined) chunks.set(name, Number(props.get('{DAV:}getcontentlength')));
      }
    }
  } catch (error) {
    if (!isAppError(error, 'not-found')) throw error;
    const made = await target.dav.request(folder, {
      method: 'MKCOL',
      headers: { destination: target.destination, 'oc-total-length': String(size) },
      expect: [201],
      ...aborting,
    });
    await discardBody(made);
  }
  return chunks;
}

function common(target: ChunkTarget, source: UploadSource): Record<string, string> {
  return { destination: target.destination, 'oc-total-length': String(source.size) };
}

/** The same for the same file at the same state; another one for any other. */
export function transferId(path: TreePath, source: UploadSource, options: UploadOptions): string {
  const facts = [path, source.size, options.mtime.s, options.mtime.ns, options.sha256, options.ifMatch].join(
    '\n',
  );
  return `holdfast-${[0x811c9dc5, 0x01000193, 0x9e3779b9].map((start) => fnv(facts, start)).join('')}`;
}
