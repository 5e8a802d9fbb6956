import { AppError } from '@holdfast/base';
import type { TreeNode } from '@holdfast/files';
import { parseDepth, parsePropfind } from '@holdfast/protocol';
import type { FastifyReply } from 'fastify';
import { batchesOf, batchSize } from './batches.ts';
import { type DavCall, type DavHandler, headerOf, readXml } from './dav-call.ts';
import { createPropertyRenderer, type PropertyRenderer } from './property-renderer.ts';
import { sendMultistatus, streamMultistatus } from './send-multistatus.ts';
import { hrefOf } from './tree-address.ts';

/** Above this many entries the answer is sent in pieces. */
const streamAbove = 4 * batchSize;

/** PROPFIND (RFC 4918 §9.1). `infinity`, which an absent Depth means, is refused. */
export const handlePropfind: DavHandler = async (call) => {
  const { request, reply, parts, actor, path, mount } = call;
  const depth = parseDepth(headerOf(request, 'depth'), ['0', '1', 'infinity'], 'infinity');
  if (depth === 'infinity') throw new AppError('propfind-infinity');
  const wanted = parsePropfind(await readXml(call));
  const renderer = await createPropertyRenderer(call, wanted);
  const self = await parts.files.get(actor, path);
  if (depth === '1' && self.kind === 'folder') return sendListing(call, self, renderer);
  return sendMultistatus(reply, await renderer.render([self], () => hrefOf(mount, path, self.kind)));
};

/** The folder itself first, clients rely on that; then what is in it, from the cache where nothing has changed. */
async function sendListing(call: DavCall, seen: TreeNode, renderer: PropertyRenderer): Promise<FastifyReply> {
  const { reply, parts, actor, path, mount } = call;
  const base = hrefOf(mount, path, 'folder');
  const renderSelf = (node: TreeNode) => renderer.render([node], () => base);
  const keyOf = ({ id, etag }: TreeNode) =>
    renderer.key === undefined ? undefined : `${id} ${etag} ${base} ${renderer.key}`;
  const known = keyOf(seen);
  const kept = known === undefined ? undefined : parts.listings.get(known);
  if (kept) return sendMultistatus(reply, await renderSelf(seen), kept);

  const { self, children } = await parts.files.list(actor, path);
  const childHref = (node: TreeNode) =>
    base + encodeURIComponent(node.name) + (node.kind === 'folder' ? '/' : '');
  if (children.length > streamAbove) return streamMultistatus(reply, pieces());
  let listing = '';
  for (const batch of batchesOf(children)) listing += await renderer.render(batch, childHref);
  const bytes = Buffer.from(listing);
  const key = keyOf(self);
  if (key !== undefined) parts.listings.set(key, bytes);
  return sendMultistatus(reply, await renderSelf(self), bytes);

  async function* pieces(): AsyncGenerator<string, void> {
    yield await renderSelf(self);
    for (const batch of batchesOf(children)) yield await renderer.render(batch, childHref);
  }
}
