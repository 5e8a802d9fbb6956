import { AppError, isAppError } from '@holdfast/base';
import type { OpenedFile, TreeNode } from '@holdfast/files';
import { httpDate, parseRange, type RequestedRange } from '@holdfast/protocol';
import type { FastifyReply } from 'fastify';
import { contentTypeOf } from './content-type-of.ts';
import type { DavCall, DavHandler } from './dav-call.ts';
import { handleChunks, wantsChunks } from './handle-chunks.ts';
import { isNotModified, rangeApplies } from './is-not-modified.ts';
import { formatFileId } from './live-properties.ts';
import { checksumHeader } from './node-headers.ts';
import { sendFolderPage } from './send-folder-page.ts';

const conditional = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'range'];

/** GET and HEAD (RFC 9110 §9.3.1, §9.3.2): files, parts of files, and a plain page for folders. */
export const handleGet: DavHandler = async (call) => {
  const { request, reply, parts, actor, path } = call;
  if (request.method === 'GET' && wantsChunks(call)) return handleChunks(call);
  // One look into the store for the commonest request.
  if (request.method === 'GET' && !conditional.some((name) => name in request.headers)) {
    const opened = await openFile(call);
    return opened ? sendOpened(call, opened) : sendFolderPage(call);
  }
  // Replaced between the look and the reading: what was decided spoke of a version that is gone.
  for (let attempt = 0; attempt < 3; attempt++) {
    const node = await parts.files.get(actor, path);
    if (node.kind === 'folder') return sendFolderPage(call);
    if (isNotModified(request, node)) {
      return reply.code(304).header('etag', `"${node.etag}"`).send();
    }
    if (request.method === 'HEAD') {
      setFileHeaders(call, node);
      return reply.header('content-length', node.size).send();
    }
    // Several ranges, and anything odd, get the whole file (RFC 9110 §14.2).
    const range =
      node.size > 0 && rangeApplies(request, node) ? parseRange(request.headers.range) : undefined;
    const opened = await openPart(call, node, range);
    if (opened.node.etag === node.etag) return sendOpened(call, opened);
    discard(opened);
  }
  throw new AppError('unavailable', { retryAfterSeconds: 1 });
};

function sendOpened(call: DavCall, { node, body, range }: OpenedFile): FastifyReply {
  const { reply } = call;
  setFileHeaders(call, node);
  if (!range) return reply.header('content-length', node.size).send(body);
  return reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${node.size}`)
    .header('content-length', range.end - range.start + 1)
    .send(body);
}

async function openFile({ parts, actor, path }: DavCall): Promise<OpenedFile | undefined> {
  try {
    return await parts.files.read(actor, path);
  } catch (error) {
    if (isAppError(error, 'is-a-folder')) return undefined;
    throw error;
  }
}

async function openPart(
  { parts, actor, path, reply }: DavCall,
  node: TreeNode,
  range: RequestedRange | undefined,
): Promise<OpenedFile> {
  try {
    return await parts.files.read(actor, path, range);
  } catch (error) {
    if (isAppError(error, 'range-unsatisfiable')) reply.header('content-range', `bytes */${node.size}`);
    throw error;
  }
}

function discard({ body }: OpenedFile): void {
  if (!Buffer.isBuffer(body)) body.destroy();
}

function setFileHeaders({ reply, parts }: DavCall, node: TreeNode): void {
  const checksum = checksumHeader(node);
  reply.headers({
    'content-type': contentTypeOf(node.name),
    etag: `"${node.etag}"`,
    'oc-etag': `"${node.etag}"`,
    'oc-fileid': formatFileId(node.id, parts.files.identity.instanceId),
    'last-modified': httpDate(node.mtime),
    'accept-ranges': 'bytes',
    // What people upload is never shown as part of this site.
    'content-disposition': attachment(node.name),
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'x-accel-buffering': 'no',
    'cache-control': 'private, no-cache',
  });
  if (checksum !== undefined) reply.header('oc-checksum', checksum);
}

/** RFC 6266, RFC 8187; the plain form for programs that know no other. */
function attachment(name: string): string {
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `attachment; filename*=UTF-8''${encoded}; filename="${plain}"`;
}
