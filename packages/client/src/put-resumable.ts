import { AppError, isAppError, type TreePath } from '@holdfast/base';
import { type ChunkTarget, transferId } from './put-chunks.ts';
import { fileHeaders } from './put-file.ts';
import type { UploadOptions, UploadSource } from './remote.ts';
import { removeQuietly } from './remove-quietly.ts';
import { discardBody, type FetchResponse } from './transport.ts';
import { openBody } from './upload-body.ts';

/**
 * One upload in as many goes as it takes, on our own nodes: what has arrived before a connection broke, or before
 * either side was started anew, is not sent again. It is found by a name made of what the file is. Returns the answer
 * to the last request.
 * @throws AppError `upload-damaged` when the bytes do not hash to what was meant; what the source throws.
 */
export async function putResumable(
  target: ChunkTarget,
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
): Promise<FetchResponse> {
  const transfer = `${target.uploads}/${transferId(path, source, options)}`;
  const from = await begin(target, transfer, source, options);
  if (from > source.size) {
    await removeQuietly(target.dav, transfer);
    throw new AppError('upload-damaged', { path, message: 'The server has more bytes than the file.' });
  }
  await append(target, transfer, source, options, from);
  return await finish(target, transfer, source, options);
}

/** How many bytes the server has already. */
async function begin(
  { dav, destination }: ChunkTarget,
  transfer: string,
  source: UploadSource,
  { signal }: UploadOptions,
): Promise<number> {
  const aborting = signal ? { signal } : {};
  const made = await dav.request(transfer, {
    method: 'MKCOL',
    headers: { destination, 'oc-total-length': String(source.size) },
    expect: [201, 405],
    ...aborting,
  });
  await discardBody(made);
  if (made.status === 201) return 0;
  const there = await dav.request(transfer, { method: 'HEAD', expect: [204], ...aborting });
  await discardBody(there);
  const offset = there.headers.get('upload-offset') ?? '';
  if (!/^\d{1,15}$/.test(offset)) throw new AppError('server-answer-odd', { address: transfer });
  return Number(offset);
}

/** Sends the rest. All is read all the same: what hashes the source while it is read sees every byte. */
async function append(
  { dav }: ChunkTarget,
  transfer: string,
  source: UploadSource,
  options: UploadOptions,
  from: number,
): Promise<void> {
  const known = options.sha256 !== undefined;
  const rest: UploadSource = {
    size: source.size - from,
    open: () =>
      known && from > 0 ? source.open({ start: from, end: source.size - 1 }) : behind(source, from),
  };
  if (from > 0) options.onProgress?.(from);
  if (rest.size === 0) {
    // All is there; only the hash may still be wanted.
    if (!known) await openBody(rest, options);
    return;
  }
  const upload = await openBody(rest, options);
  try {
    const response = await dav.request(transfer, {
      method: 'PATCH',
      headers: {
        'content-type': 'application/partial-upload',
        'content-length': String(upload.length),
        'upload-offset': String(from),
      },
      body: upload.body,
      expect: [204],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await discardBody(response);
  } catch (error) {
    throw upload.failure() ?? error;
  }
}

async function* behind(source: UploadSource, from: number): AsyncGenerator<Uint8Array> {
  let passed = 0;
  for await (const chunk of source.open()) {
    const start = Math.min(Math.max(from - passed, 0), chunk.byteLength);
    passed += chunk.byteLength;
    if (start < chunk.byteLength) yield start === 0 ? chunk : chunk.subarray(start);
  }
}

async function finish(
  target: ChunkTarget,
  transfer: string,
  source: UploadSource,
  options: UploadOptions,
): Promise<FetchResponse> {
  const sha256 = source.sha256?.() ?? options.sha256;
  if (sha256 === undefined)
    throw new AppError('internal', { message: 'The hash of an upload is not known.' });
  if (options.sha256 !== undefined && sha256 !== options.sha256) {
    await removeQuietly(target.dav, transfer);
    throw new AppError('target-changed', { message: 'The file changed while it was being sent.' });
  }
  try {
    const response = await target.dav.request(`${transfer}/.file`, {
      method: 'MOVE',
      headers: {
        destination: target.destination,
        'oc-total-length': String(source.size),
        'oc-checksum': `SHA256:${sha256}`,
        'x-hash': 'sha256',
        ...fileHeaders(options, target.precise),
        ...(options.ifMatch === undefined
          ? { overwrite: 'F' }
          : { overwrite: 'T', if: `<${target.destination}> (["${options.ifMatch}"])` }),
      },
      expect: [201, 204],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await discardBody(response);
    return response;
  } catch (error) {
    // What is there does not fit together with what was meant: the next try begins anew.
    if (!isAppError(error) || error.details.status !== 400) throw error;
    await removeQuietly(target.dav, transfer);
    throw new AppError('upload-damaged', error.details, { cause: error });
  }
}
