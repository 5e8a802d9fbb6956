import type { DeadProperty, NodeId, TreeNode } from '@holdfast/files';
import {
  davScope,
  emptyElement,
  formatXml,
  type PropertyName,
  type PropfindRequest,
  propertyResponse,
} from '@holdfast/protocol';
import type { DavCall } from './dav-call.ts';
import { type LiveProperty, liveProperty, livePropertyNames } from './live-properties.ts';
import { createView, type PropertyView } from './property-view.ts';

/** Writes the `response` elements of nodes. */
export interface PropertyRenderer {
  render(nodes: readonly TreeNode[], hrefOf: (node: TreeNode) => string): Promise<string>;
  /**
   * What the answer depends on besides the nodes and their addresses; undefined when that is more than can be
   * named, such as locks or dead properties.
   */
  readonly key: string | undefined;
}

/** A live property with its tags made ready. */
interface LiveWriter {
  readonly write: LiveProperty['write'];
  readonly open: string;
  readonly close: string;
  readonly empty: string;
}

type DeadByNode = ReadonlyMap<NodeId, readonly DeadProperty[]>;

/**
 * Makes ready, once a request, what every entry of its answer needs: which writers run, and which parts of the
 * store have to be asked a batch. Listings of thousands of entries spend their time in what this returns.
 */
export async function createPropertyRenderer(
  call: DavCall,
  wanted: PropfindRequest,
): Promise<PropertyRenderer> {
  const minimal = /(?:^|,)\s*return=minimal\s*(?:$|[,;])/i.test(String(call.request.headers.prefer ?? ''));
  if (minimal) call.reply.header('preference-applied', 'return=minimal');
  const names = wanted.kind === 'prop' ? wanted.names : wanted.kind === 'allprop' ? wanted.include : [];
  const listed = livePropertyNames().filter(({ property }) => wanted.kind === 'propname' || property.listed);
  const live: LiveWriter[] = [];
  const dead: PropertyName[] = [];
  const needs = new Set<string>();
  const add = ({ ns, name }: PropertyName) => {
    const property = liveProperty(ns, name);
    if (!property) {
      dead.push({ ns, name });
      return;
    }
    if (property.needs) needs.add(property.needs);
    live.push({ write: property.write, ...tagsOf(ns, name) });
  };
  if (wanted.kind !== 'prop') listed.forEach(add);
  for (const name of names) {
    if (wanted.kind === 'prop' || !listed.some((item) => item.ns === name.ns && item.name === name.name)) {
      add(name);
    }
  }
  const view = await createView(call, { quota: needs.has('quota'), syncToken: needs.has('syncToken') });
  const everyDead = wanted.kind !== 'prop';
  const namesOnly = wanted.kind === 'propname';

  const render: PropertyRenderer['render'] = async (nodes, hrefOf) => {
    if (needs.has('locks') && !namesOnly) {
      view.locks = await call.parts.files.locks(
        call.actor,
        nodes.map((node) => node.path),
      );
    }
    const stored: DeadByNode | undefined =
      everyDead || dead.length > 0
        ? await call.parts.files.properties(nodes.map((node) => node.id))
        : undefined;
    let out = '';
    for (const node of nodes) {
      let found = '';
      let missing = '';
      for (const writer of live) {
        const value = writer.write(node, view as PropertyView);
        if (value === undefined) {
          if (!everyDead) missing += writer.empty;
        } else if (value === '' || namesOnly) found += writer.empty;
        else found += writer.open + value + writer.close;
      }
      if (stored) {
        const own = stored.get(node.id) ?? [];
        if (everyDead) for (const item of own) found += writeDead(item, namesOnly);
        for (const name of dead) {
          const item = own.find((candidate) => candidate.ns === name.ns && candidate.name === name.name);
          if (!item) missing += emptyElement(name.ns, name.name);
          else if (!everyDead) found += writeDead(item, false);
        }
      }
      out += propertyResponse(hrefOf(node), found, minimal ? '' : missing);
    }
    return out;
  };
  const { read, write, delete: remove, within } = call.actor;
  const named = !everyDead && dead.length === 0 && needs.size === 0 && within === undefined;
  const wantedTags = live.map((writer) => writer.open).join('');
  const key = named
    ? JSON.stringify([wantedTags, minimal, read, write, remove, view.ownerId, view.ownerName])
    : undefined;
  return { render, key };
}

function tagsOf(ns: string, name: string): Omit<LiveWriter, 'write'> {
  const tag = `${davScope.get(ns) ?? ''}:${name}`;
  return { open: `<${tag}>`, close: `</${tag}>`, empty: `<${tag}/>` };
}

function writeDead(property: DeadProperty, nameOnly: boolean): string {
  return nameOnly ? emptyElement(property.ns, property.name) : formatXml(property.element);
}
