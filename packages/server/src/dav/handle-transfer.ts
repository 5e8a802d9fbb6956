import { AppError } from '@holdfast/base';
import { parseDepth, parseDestination, parseOverwrite } from '@holdfast/protocol';
import { type DavCall, type DavHandler, headerOf } from './dav-call.ts';
import { guardOf } from './guard-of.ts';
import { setWrittenHeaders } from './node-headers.ts';
import { type TreeAddress, treeAddressOf } from './tree-address.ts';

/** COPY (RFC 4918 §9.8). */
export const handleCopy: DavHandler = async (call) => {
  const { request, reply, parts, actor, principal, path } = call;
  const depth = parseDepth(headerOf(request, 'depth'), ['0', 'infinity'], 'infinity');
  const overwrite = parseOverwrite(headerOf(request, 'overwrite'));
  const to = destinationOf(call);
  const guard = guardOf(request, principal.userId, path);
  const { node, created } = await parts.files.copy(actor, path, to.path, { ...guard, overwrite, depth });
  await setWrittenHeaders(call, node);
  return reply.code(created ? 201 : 204).send();
};

/** MOVE (RFC 4918 §9.9). Takes something away from its old place, so the caller needs to be allowed to delete. */
export const handleMove: DavHandler = async (call) => {
  const { request, reply, parts, actor, principal, path } = call;
  parseDepth(headerOf(request, 'depth'), ['infinity'], 'infinity');
  const overwrite = parseOverwrite(headerOf(request, 'overwrite'));
  const to = destinationOf(call);
  const guard = guardOf(request, principal.userId, path);
  const { node, created } = await parts.files.move(actor, path, to.path, { ...guard, overwrite });
  await setWrittenHeaders(call, node);
  return reply.code(created ? 201 : 204).send();
};

/**
 * The place that `Destination` names.
 * @throws AppError `bad-request`, `bad-gateway` (another server), `forbidden` (no place in the caller's tree).
 */
export function destinationOf({ request, principal }: Pick<DavCall, 'request' | 'principal'>): TreeAddress {
  const pathname = parseDestination(headerOf(request, 'destination'), request.host);
  const elsewhere = () =>
    new AppError('forbidden', { message: 'The destination must be in your own files.' });
  let address: TreeAddress | undefined;
  try {
    address = treeAddressOf(pathname, principal.userId);
  } catch (error) {
    throw error instanceof AppError && error.code === 'not-found' ? elsewhere() : error;
  }
  if (!address) throw elsewhere();
  return address;
}
