import { AppError } from '@holdfast/base';
import { parseChecksums, parseDepth, parseOverwrite, parsePropfind } from '@holdfast/protocol';
import { parseChunkName } from './chunk-name.ts';
import { type DavCaller, headerOf, readXml } from './dav-call.ts';
import { destinationOf } from './handle-transfer.ts';
import { setWrittenHeaders } from './node-headers.ts';
import { renderUploads } from './render-uploads.ts';
import { sendMultistatus } from './send-multistatus.ts';
import type { UploadAddress } from './upload-address.ts';
import { uploadBody } from './upload-body.ts';
import { writeOptionsOf } from './upload-headers.ts';

/** Answers one method on a place in the staging folder. */
export type UploadHandler = (caller: DavCaller, address: UploadAddress) => Promise<unknown>;

/** MKCOL of a transfer: begins a chunked upload. */
export const beginUpload: UploadHandler = async ({ request, reply, parts, actor }, address) => {
  const transfer = transferOf(address);
  if (address.part !== undefined) throw new AppError('method-not-allowed');
  const total = headerOf(request, 'oc-total-length');
  if (total !== undefined && !/^\d{1,15}$/.test(total)) {
    throw new AppError('bad-value', { message: 'The header OC-Total-Length is malformed.' });
  }
  await parts.files.uploads.create(actor, transfer, total === undefined ? undefined : Number(total));
  return reply.code(201).send();
};

/** PUT of one chunk. Where it goes in the end does not matter yet. */
export const putChunk: UploadHandler = async (caller, address) => {
  const { request, reply, parts, actor } = caller;
  const transfer = transferOf(address);
  if (address.part === undefined) throw new AppError('is-a-folder');
  const chunk = parseChunkName(address.part);
  const length = headerOf(request, 'content-length');
  const checksum = headerOf(request, 'oc-checksum');
  const checksums = checksum === undefined ? undefined : parseChecksums(checksum);
  if (checksum !== undefined && !checksums) {
    throw new AppError('bad-value', { message: 'The header OC-Checksum is malformed.' });
  }
  await parts.files.uploads.putChunk(actor, transfer, chunk, uploadBody(caller), {
    ...(length === undefined ? {} : { size: Number(length) }),
    ...(checksums ? { checksums } : {}),
  });
  return reply.code(201).send();
};

/** HEAD of a transfer: how many bytes are there (draft-ietf-httpbis-resumable-upload, as far as our clients need it). */
export const uploadOffset: UploadHandler = async ({ reply, parts, actor }, address) => {
  const transfer = transferOf(address);
  if (address.part !== undefined) throw new AppError('method-not-allowed');
  const offset = await parts.files.uploads.offset(actor, transfer);
  return reply
    .code(204)
    .headers({ 'upload-offset': String(offset), 'cache-control': 'no-store' })
    .send();
};

/** PATCH of a transfer: goes on with an upload that comes as one stream, from `Upload-Offset` on. */
export const appendUpload: UploadHandler = async (caller, address) => {
  const { request, reply, parts, actor } = caller;
  const transfer = transferOf(address);
  if (address.part !== undefined) throw new AppError('method-not-allowed');
  const from = headerOf(request, 'upload-offset');
  if (from === undefined || !/^\d{1,15}$/.test(from)) {
    throw new AppError('bad-value', { message: 'The header Upload-Offset is missing or malformed.' });
  }
  const length = headerOf(request, 'content-length');
  const size = length === undefined ? {} : { size: Number(length) };
  const offset = await parts.files.uploads.append(actor, transfer, Number(from), uploadBody(caller), size);
  return reply.code(204).header('upload-offset', String(offset)).send();
};

/** PROPFIND, for clients that resume. */
export const listUpload: UploadHandler = async (caller, address) => {
  const { request, reply, parts, actor } = caller;
  const depth = parseDepth(headerOf(request, 'depth'), ['0', '1', 'infinity'], 'infinity');
  if (depth === 'infinity') throw new AppError('propfind-infinity');
  const wanted = parsePropfind(await readXml(caller));
  const chunks =
    address.transfer === undefined ? [] : await parts.files.uploads.list(actor, address.transfer);
  return sendMultistatus(reply, renderUploads(address, chunks, depth, wanted));
};

/** DELETE of a chunk, or of the whole upload. */
export const removeUpload: UploadHandler = async ({ reply, parts, actor }, address) => {
  const transfer = transferOf(address);
  if (address.part === undefined) await parts.files.uploads.abort(actor, transfer);
  else await parts.files.uploads.removeChunk(actor, transfer, parseChunkName(address.part));
  return reply.code(204).send();
};

/** MOVE of `.file`: makes the file. `If` and the other conditions speak of the destination. */
export const finishUpload: UploadHandler = async (caller, address) => {
  const { request, reply, parts, actor, principal } = caller;
  const transfer = transferOf(address);
  if (address.part !== '.file') throw new AppError('method-not-allowed');
  const to = destinationOf(caller);
  let options = writeOptionsOf(request, principal.userId, to.path);
  if (!parseOverwrite(headerOf(request, 'overwrite'))) options = { ...options, ifNoneMatch: '*' };
  const { node, created } = await parts.files.uploads.finish(actor, transfer, to.path, options);
  await setWrittenHeaders(caller, node);
  if (options.mtime) reply.header('x-oc-mtime', 'accepted');
  const sha256 = node.checksums.find((checksum) => checksum.kind === 'SHA256');
  if (sha256 && headerOf(request, 'x-hash')?.toLowerCase() === 'sha256') {
    reply.header('x-hash-sha256', sha256.hex);
  }
  return reply.code(created ? 201 : 204).send();
};

function transferOf({ transfer }: UploadAddress): string {
  if (transfer === undefined) throw new AppError('method-not-allowed');
  return transfer;
}
