import { AppError } from '@holdfast/base';
import type { ChangePage, TreeChange, TreeNode } from '@holdfast/files';
import {
  emptyElement,
  escapeXml,
  namespaces,
  parseDepth,
  parseReport,
  parseSyncCollection,
  type SyncCollectionRequest,
  statusResponse,
} from '@holdfast/protocol';
import { batchSize } from './batches.ts';
import { type DavCall, type DavHandler, headerOf, readXml } from './dav-call.ts';
import { createPropertyRenderer, type PropertyRenderer } from './property-renderer.ts';
import { streamMultistatus } from './send-multistatus.ts';
import { hrefOf } from './tree-address.ts';

const truncation = '<d:error><d:number-of-matches-within-limits/></d:error>';

/** REPORT (RFC 3253 §3.6) with the one report there is: sync-collection (RFC 6578 §3.2). */
export const handleReport: DavHandler = async (call) => {
  const { name, root } = parseReport(await readXml(call));
  if (name.ns !== namespaces.d || name.name !== 'sync-collection') {
    throw new AppError('forbidden', {
      message: `The report ${emptyElement(name.ns, name.name)} does not exist here.`,
      precondition: 'supported-report',
    });
  }
  // RFC 6578 §3.2: the header says nothing here, and must say so.
  parseDepth(headerOf(call.request, 'depth'), ['0'], '0');
  const request = parseSyncCollection(root);
  const self = await call.parts.files.get(call.actor, call.path);
  if (self.kind !== 'folder') {
    throw new AppError('forbidden', { precondition: 'supported-report' });
  }
  const { render } = await createPropertyRenderer(call, { kind: 'prop', names: request.names });
  return streamMultistatus(call.reply, pieces(call, self, request, render));
};

/** Page after page until there is no more, or as many as were asked for. */
async function* pieces(
  call: DavCall,
  self: TreeNode,
  request: SyncCollectionRequest,
  render: PropertyRenderer['render'],
): AsyncGenerator<string, void> {
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  let since = request.since;
  for (;;) {
    const page: ChangePage = await call.parts.files.changes(call.actor, call.path, {
      ...(since === undefined ? {} : { since }),
      limit: Math.min(left, 2 * batchSize),
      depth: request.depth,
      expandMoves: !request.byId,
    });
    left -= page.changes.length;
    since = page.token;
    const body = await renderPage(call, self, page.changes, render, request.byId);
    if (page.truncated && left > 0) {
      yield body;
      continue;
    }
    const rest = page.truncated
      ? statusResponse(hrefOf(call.mount, call.path, 'folder'), 507, truncation)
      : '';
    yield `${body}${rest}<d:sync-token>${escapeXml(page.token)}</d:sync-token>`;
    return;
  }
}

async function renderPage(
  call: DavCall,
  self: TreeNode,
  changes: readonly TreeChange[],
  render: PropertyRenderer['render'],
  byId: boolean,
): Promise<string> {
  let gone = '';
  const present = [];
  for (const change of changes) {
    if (change.type === 'gone') {
      const id = byId ? `<hf:node>${change.id}</hf:node>` : '';
      gone += statusResponse(hrefOf(call.mount, change.path, 'file'), 404, id);
    } else if (change.node.id !== self.id) present.push(change.node);
  }
  return gone + (await render(present, (node) => hrefOf(call.mount, node.path, node.kind)));
}
