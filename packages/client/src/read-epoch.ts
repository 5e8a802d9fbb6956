import { FolderAddress } from './address.ts';
import type { DavClient } from './dav-client.ts';
import { fingerprintOf } from './entry-of-response.ts';
import { lookAt } from './listing.ts';
import type { ServerProbe } from './probe-server.ts';
import { readNodeEpoch } from './read-ocs.ts';

/** The epoch of a server now; undefined where it has none. @throws AppError those of `DavClient`. */
export async function readEpoch(
  dav: DavClient,
  { kind, mount }: Pick<ServerProbe, 'kind' | 'mount'>,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if (kind === 'webdav') return undefined;
  if (kind === 'holdfast') {
    return await readNodeEpoch(dav, mount.slice(0, mount.indexOf('/remote.php/')), signal);
  }
  const properties = '<d:resourcetype/><d:getetag/><oc:data-fingerprint/>';
  const root = await lookAt({ dav, address: new FolderAddress(mount), properties }, '', signal);
  return root && fingerprintOf(root.response);
}
