import { AppError } from '@holdfast/base';
import type { TreeNode } from '@holdfast/files';
import { parseDepth, parsePropfind } from '@holdfast/protocol';
import { batchesOf, batchSize } from './batches.ts';
import { type DavCall, type DavHandler, headerOf, readXml } from './dav-call.ts';
import { createPropertyRenderer } from './property-renderer.ts';
import { sendMultistatus, streamMultistatus } from './send-multistatus.ts';
import { hrefOf } from './tree-address.ts';

/** Above this many entries the answer is sent in pieces. */
const streamAbove = 4 * batchSize;

/** PROPFIND (RFC 4918 §9.1). `infinity`, which an absent Depth means, is refused. */
export const handlePropfind: DavHandler = async (call) => {
  const depth = parseDepth(headerOf(call.request, 'depth'), ['0', '1', 'infinity'], 'infinity');
  if (depth === 'infinity') throw new AppError('propfind-infinity');
  const wanted = parsePropfind(await readXml(call));
  const nodes = await nodesAt(call, depth);
  const render = await createPropertyRenderer(call, wanted);
  const self = nodes[0]?.kind === 'folder' ? hrefOf(call.mount, call.path, 'folder') : '';
  const href = (node: TreeNode) =>
    node === nodes[0]
      ? hrefOf(call.mount, call.path, node.kind)
      : self + encodeURIComponent(node.name) + (node.kind === 'folder' ? '/' : '');
  if (nodes.length > streamAbove) return streamMultistatus(call.reply, pieces());
  let out = '';
  for await (const piece of pieces()) out += piece;
  return sendMultistatus(call.reply, out);

  async function* pieces(): AsyncGenerator<string, void> {
    for (const batch of batchesOf(nodes)) yield await render(batch, href);
  }
};

/** The resource itself first: clients rely on that. */
async function nodesAt({ actor, parts, path }: DavCall, depth: '0' | '1'): Promise<readonly TreeNode[]> {
  if (depth === '0') return [await parts.files.get(actor, path)];
  const { self, children } = await parts.files.list(actor, path);
  return [self, ...children];
}
