import type { TreeNode } from '@holdfast/files';
import type { Checksum } from '@holdfast/protocol';
import type { DavCaller } from './dav-call.ts';
import { formatFileId } from './live-properties.ts';
import { lettersFor } from './property-view.ts';

/** The one checksum that clients verify a download against: the uploader's own kind, SHA-256 otherwise. */
export function checksumHeader(node: TreeNode): string | undefined {
  const pick = (kind: Checksum['kind']) => node.checksums.find((checksum) => checksum.kind === kind);
  const checksum = pick('SHA1') ?? pick('MD5') ?? pick('SHA256');
  return checksum && `${checksum.kind}:${checksum.hex}`;
}

/** Headers that tell a client what it has just written. */
export async function setWrittenHeaders(caller: DavCaller, node: TreeNode): Promise<void> {
  const { parts, principal, reply } = caller;
  const letters = await lettersFor(caller);
  reply.headers({
    etag: `"${node.etag}"`,
    'oc-etag': `"${node.etag}"`,
    'oc-fileid': formatFileId(node.id, parts.files.identity.instanceId),
    'hf-node': String(node.id),
    'x-nc-ownerid': principal.userId,
    'x-nc-permissions': letters(node),
  });
}
