import type { TreeNode } from '@holdfast/files';
import { escapeXml, formatChecksums, formatMtime, httpDate, namespaces } from '@holdfast/protocol';
import { contentTypeOf } from './content-type-of.ts';
import { formatLocks, supportedLock } from './format-locks.ts';
import type { PropertyView } from './property-view.ts';

/** One live property. */
export interface LiveProperty {
  /** What stands inside the element, as XML; undefined where the node does not have the property. */
  readonly write: (node: TreeNode, view: PropertyView) => string | undefined;
  /** Whether `allprop` includes it. */
  readonly listed?: true;
  /** The part of the view that has to be gathered first. */
  readonly needs?: 'locks' | 'quota' | 'syncToken';
}

const fileOnly =
  (write: (node: TreeNode, view: PropertyView) => string): LiveProperty['write'] =>
  (node, view) =>
    node.kind === 'file' ? write(node, view) : undefined;
const folderOnly =
  (write: (node: TreeNode, view: PropertyView) => string): LiveProperty['write'] =>
  (node, view) =>
    node.kind === 'folder' ? write(node, view) : undefined;
const rootOnly =
  (write: (node: TreeNode, view: PropertyView) => string): LiveProperty['write'] =>
  (node, view) =>
    node.parentId === undefined ? write(node, view) : undefined;
const absent: LiveProperty = { write: () => undefined };

const reports = ['sync-collection']
  .map((name) => `<d:supported-report><d:report><d:${name}/></d:report></d:supported-report>`)
  .join('');
const seconds = (ms: number) => String(Math.floor(ms / 1000));
const fingerprint: LiveProperty = { write: rootOnly((_node, view) => escapeXml(view.epoch)) };
const rights = (node: TreeNode, view: PropertyView, file: number, folder: number) =>
  view.letters(node).includes('NV') ? (node.kind === 'file' ? file : folder) : 1;

/** `DAV:` (RFC 4918 §15, RFC 3744, RFC 4331, RFC 5397, RFC 6578). */
const dav: Record<string, LiveProperty> = {
  creationdate: {
    write: (node) => `${new Date(node.createdAt).toISOString().slice(0, 19)}Z`,
    listed: true,
  },
  displayname: { write: (node, view) => escapeXml(node.name || view.ownerName), listed: true },
  getcontentlength: { write: fileOnly((node) => String(node.size)), listed: true },
  getcontenttype: { write: fileOnly((node) => contentTypeOf(node.name)), listed: true },
  getetag: { write: (node) => `&quot;${node.etag}&quot;`, listed: true },
  getlastmodified: { write: (node) => httpDate(node.mtime), listed: true },
  lockdiscovery: {
    write: (node, view) => formatLocks(view.locks.get(node.path) ?? [], view.mount),
    listed: true,
    needs: 'locks',
  },
  resourcetype: { write: (node) => (node.kind === 'folder' ? '<d:collection/>' : ''), listed: true },
  supportedlock: { write: () => supportedLock, listed: true },
  'current-user-principal': {
    write: (_node, view) => `<d:href>${principalHref(view.ownerId)}</d:href>`,
  },
  owner: { write: (_node, view) => `<d:href>${principalHref(view.ownerId)}</d:href>` },
  'quota-available-bytes': {
    write: folderOnly((_node, { quota }) =>
      quota.limit === undefined ? '-3' : String(Math.max(quota.limit - quota.used, 0)),
    ),
    needs: 'quota',
  },
  'quota-used-bytes': { write: folderOnly((node) => String(node.size)) },
  'resource-id': {
    write: (node, view) => `<d:href>urn:holdfast:node:${view.instanceId}:${node.id}</d:href>`,
  },
  'supported-report-set': { write: folderOnly(() => reports) },
  'sync-token': {
    write: folderOnly((_node, view) => escapeXml(view.syncToken)),
    needs: 'syncToken',
  },
};

/** The ownCloud dialect. */
const oc: Record<string, LiveProperty> = {
  checksums: {
    write: fileOnly((node) => `<oc:checksum>${formatChecksums(node.checksums)}</oc:checksum>`),
  },
  'comments-unread': { write: () => '0' },
  'data-fingerprint': fingerprint,
  dDC: absent,
  downloadURL: absent,
  favorite: { write: (node) => (node.favorite ? '1' : '0') },
  fileid: { write: (node) => String(node.id) },
  id: { write: (node, view) => formatFileId(node.id, view.instanceId) },
  'owner-display-name': { write: (_node, view) => escapeXml(view.ownerName) },
  'owner-id': { write: (_node, view) => escapeXml(view.ownerId) },
  permissions: { write: (node, view) => view.letters(node) },
  'share-types': { write: () => '' },
  size: { write: (node) => String(node.size) },
  tags: { write: () => '' },
};

/** The Nextcloud dialect. */
const nc: Record<string, LiveProperty> = {
  creation_time: { write: (node) => seconds(node.createdAt) },
  'data-fingerprint': fingerprint,
  'has-preview': { write: () => 'false' },
  hidden: { write: () => 'false' },
  'is-encrypted': { write: () => '0' },
  'is-mount-root': { write: () => 'false' },
  lock: absent,
  'mount-type': { write: () => '' },
  'rich-workspace': absent,
  upload_time: { write: (node) => seconds(node.createdAt) },
};

const all: ReadonlyMap<string, Readonly<Record<string, LiveProperty>>> = new Map([
  [namespaces.d as string, dav],
  [namespaces.oc, oc],
  [namespaces.nc, nc],
  [namespaces.ocs, { 'share-permissions': { write: (node, view) => String(rights(node, view, 19, 31)) } }],
  [
    namespaces.ocm,
    {
      'share-permissions': {
        write: (node, view) => (rights(node, view, 3, 3) === 1 ? '["read"]' : '["share","read","write"]'),
      },
    },
  ],
  [
    namespaces.hf,
    {
      executable: { write: fileOnly((node) => (node.executable ? '1' : '0')) },
      link: { write: fileOnly((node) => (node.link === true ? '1' : '0')) },
      mtime: { write: (node) => formatMtime(node.mtime) },
      node: { write: (node) => String(node.id) },
      'parent-id': { write: (node) => (node.parentId === undefined ? undefined : String(node.parentId)) },
    },
  ],
]);

/** The live property of that name; undefined when there is none. */
export function liveProperty(ns: string, name: string): LiveProperty | undefined {
  const table = all.get(ns);
  return table && Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Every live property that `propname` and `allprop` may name. */
export function livePropertyNames(): { ns: string; name: string; property: LiveProperty }[] {
  return [...all].flatMap(([ns, table]) =>
    Object.entries(table).map(([name, property]) => ({ ns, name, property })),
  );
}

/** The id that clients keep: decimal, at least 8 digits, then the instance. */
export function formatFileId(id: number, instanceId: string): string {
  return String(id).padStart(8, '0') + instanceId;
}

/** Address of the caller's principal. */
export function principalHref(userId: string): string {
  return `/remote.php/dav/principals/users/${encodeURIComponent(userId)}/`;
}
