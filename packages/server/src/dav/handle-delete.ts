import { parseDepth } from '@holdfast/protocol';
import { type DavHandler, headerOf } from './dav-call.ts';
import { guardOf } from './guard-of.ts';

/** DELETE (RFC 4918 §9.6): a file, or a folder with everything below, whole or not at all. */
export const handleDelete: DavHandler = async ({ request, reply, parts, actor, principal, path }) => {
  parseDepth(headerOf(request, 'depth'), ['infinity'], 'infinity');
  await parts.files.remove(actor, path, guardOf(request, principal.userId, path));
  return reply.code(204).send();
};
