import { AppError } from '@holdfast/base';
import { chunksMediaType } from '@holdfast/protocol';
import type { DavCall } from './dav-call.ts';
import { requireConditions } from './look-before-body.ts';
import { writeOptionsOf } from './upload-headers.ts';

/** Whether a GET asks for the chunks of a file instead of its bytes. */
export function wantsChunks({ request }: DavCall): boolean {
  return request.headers.accept === chunksMediaType;
}

/** GET of where a file is cut by its content (docs/formats/transfers.md), of the version that `If-Match` names. */
export async function handleChunks(call: DavCall): Promise<unknown> {
  const { request, reply, parts, actor, principal, path } = call;
  const { node, chunks } = await parts.files.chunks(actor, path);
  requireConditions(writeOptionsOf(request, principal.userId, path), node);
  if (node.kind === 'folder') throw new AppError('is-a-folder');
  return reply
    .headers({
      etag: `"${node.etag}"`,
      'hf-length': String(node.size),
      'cache-control': 'private, no-store',
      vary: 'accept',
    })
    .type(chunksMediaType)
    .send(chunks);
}
