import type { DeadProperty, TreeNode } from '@holdfast/files';
import { emptyElement, formatXml, type PropfindRequest, propertyResponse } from '@holdfast/protocol';
import { type CompiledProperties, compileProperties } from './compile-properties.ts';
import type { DavCall } from './dav-call.ts';
import { createView } from './property-view.ts';

/** Writes the `response` elements of nodes. */
export interface PropertyRenderer {
  render(nodes: readonly TreeNode[], hrefOf: (node: TreeNode) => string): Promise<string>;
  /**
   * What the answer depends on besides the nodes and their addresses; undefined when that is more than can be
   * named, such as locks or dead properties.
   */
  readonly key: string | undefined;
}

/**
 * Makes ready, once a request, what every entry of its answer needs: which writers run, and which parts of the
 * store have to be asked a batch. Listings of thousands of entries spend their time in `render`.
 */
export async function createPropertyRenderer(
  call: DavCall,
  wanted: PropfindRequest,
): Promise<PropertyRenderer> {
  const compiled = compileProperties(wanted);
  const { live, dead, needs, everything, namesOnly } = compiled;
  const minimal = /(?:^|[,\s])return=minimal(?:[,;\s]|$)/i.test(String(call.request.headers.prefer ?? ''));
  if (minimal) call.reply.header('preference-applied', 'return=minimal');
  const view = await createView(call, { quota: needs.has('quota'), syncToken: needs.has('syncToken') });

  const render: PropertyRenderer['render'] = async (nodes, hrefOf) => {
    const { files } = call.parts;
    if (needs.has('locks') && !namesOnly) {
      const paths = nodes.map((node) => node.path);
      view.locks = await files.locks(call.actor, paths);
    }
    const stored =
      everything || dead.length > 0 ? await files.properties(nodes.map((node) => node.id)) : undefined;
    let out = '';
    for (const node of nodes) {
      let found = '';
      let missing = '';
      for (const writer of live) {
        const value = writer.write(node, view);
        if (value === undefined) missing += writer.empty;
        else if (value === '' || namesOnly) found += writer.empty;
        else found += writer.open + value + writer.close;
      }
      if (stored) {
        const own = stored.get(node.id) ?? [];
        found += everything ? writeAll(own, namesOnly) : '';
        const named = writeNamed(own, compiled);
        found += named.found;
        missing += named.missing;
      }
      out += propertyResponse(hrefOf(node), found, minimal || everything ? '' : missing);
    }
    return out;
  };

  const { read, write, delete: remove, within } = call.actor;
  const nameable = !everything && dead.length === 0 && needs.size === 0 && within === undefined;
  const tags = live.map((writer) => writer.open).join('');
  const key = nameable
    ? JSON.stringify([tags, minimal, read, write, remove, view.ownerId, view.ownerName])
    : undefined;
  return { render, key };
}

function writeAll(own: readonly DeadProperty[], namesOnly: boolean): string {
  return own.map((item) => (namesOnly ? emptyElement(item.ns, item.name) : formatXml(item.element))).join('');
}

/** The dead properties that were asked for by name; those of `allprop` are written already. */
function writeNamed(
  own: readonly DeadProperty[],
  { dead, everything }: CompiledProperties,
): { found: string; missing: string } {
  let found = '';
  let missing = '';
  for (const { ns, name } of dead) {
    const item = own.find((candidate) => candidate.ns === ns && candidate.name === name);
    if (!item) missing += emptyElement(ns, name);
    else if (!everything) found += formatXml(item.element);
  }
  return { found, missing };
}
