import { AppError } from '@holdfast/base';
import type { WriteOptions } from '@holdfast/files';
import { type DavCall, type DavHandler, headerOf } from './dav-call.ts';
import { lookBeforeBody } from './look-before-body.ts';
import { setWrittenHeaders } from './node-headers.ts';
import { uploadBody, withAskedHashes } from './upload-body.ts';
import { writeOptionsOf } from './upload-headers.ts';

/** PUT (RFC 9110 §9.3.4, RFC 4918 §9.7). The body streams into the store; 201 or 204 once it is durable. */
export const handlePut: DavHandler = async (call) => {
  const { request, reply, parts, actor, principal, path } = call;
  refusePartial(call);
  const given = writeOptionsOf(request, principal.userId, path);
  const options = withLength(given, headerOf(request, 'content-length'));
  await lookBeforeBody(call, options);
  const hashes = withAskedHashes(call, uploadBody(call));
  const { node, created } = await parts.files.write(actor, path, hashes.body, options);
  await setWrittenHeaders(call, node);
  hashes.setHeaders(reply, node);
  if (options.mtime) reply.header('x-oc-mtime', 'accepted');
  if (options.createdAt !== undefined) reply.header('x-oc-ctime', 'accepted');
  return reply.code(created ? 201 : 204).send();
};

/** RFC 9110 §14.4: part of a file must not be taken for the whole; and no coding is undone here. */
function refusePartial({ request }: DavCall): void {
  if (request.headers['content-range'] !== undefined) throw new AppError('content-range-on-put');
  const coding = headerOf(request, 'content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (coding !== 'identity' && coding !== '') {
    throw new AppError('media-type-unsupported', { message: 'Send the file without a content encoding.' });
  }
}

/** What was announced twice has to be the same; the store compares it with what arrives. */
function withLength(options: WriteOptions, contentLength: string | undefined): WriteOptions {
  if (contentLength === undefined) return options;
  const size = Number(contentLength);
  if (options.size !== undefined && options.size !== size) {
    throw new AppError('bad-value', { message: 'OC-Total-Length and Content-Length differ.' });
  }
  return { ...options, size };
}
