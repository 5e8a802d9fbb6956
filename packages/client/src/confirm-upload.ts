import { AppError, type TreePath } from '@holdfast/base';
import { bareEtag } from './entry-of-response.ts';
import { lookAt, type Place } from './listing.ts';
import type { RemoteEntry, UploadOptions, UploadSource } from './remote.ts';
import type { FetchResponse } from './transport.ts';

/**
 * Makes sure that what the server has is what was sent (R6). A server that answers with its own SHA-256 of what it
 * stored is believed at once; any other one is asked again: size, etag, and checksum where it has one.
 * @throws AppError `upload-damaged`.
 */
export async function confirmUpload(
  place: Place,
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
  response: FetchResponse,
): Promise<RemoteEntry> {
  const sent = source.sha256?.() ?? options.sha256;
  if (sent !== undefined && options.sha256 !== undefined && sent !== options.sha256) {
    throw new AppError('target-changed', { path, message: 'The file changed while it was being sent.' });
  }
  const stored = response.headers.get('x-hash-sha256')?.toLowerCase();
  if (stored !== undefined && sent !== undefined && stored !== sent) throw damaged(path, 'hash');
  const etag = bareEtag(response.headers.get('oc-etag') ?? response.headers.get('etag'));
  const id = response.headers.get('hf-node');
  if (stored !== undefined && stored === sent && id !== null && etag !== '') {
    return {
      path,
      id,
      kind: 'file',
      etag,
      size: source.size,
      mtime: options.mtime,
      checksums: [{ kind: 'SHA256', hex: stored }],
      executable: options.executable ?? false,
      permissions: response.headers.get('x-nc-permissions') ?? undefined,
    };
  }
  const entry = (await lookAt(place, path, options.signal))?.entry;
  if (entry?.kind !== 'file') throw damaged(path, 'missing');
  if (entry.size !== source.size) throw damaged(path, 'size');
  const listed = entry.checksums.find((checksum) => checksum.kind === 'SHA256')?.hex;
  if (listed !== undefined && sent !== undefined && listed !== sent) throw damaged(path, 'hash');
  // Somebody else may have been quicker: then this is not the file that was sent.
  if (etag !== '' && entry.etag !== '' && etag !== entry.etag) {
    throw new AppError('target-changed', { path });
  }
  return entry;
}

function damaged(path: TreePath, what: string): AppError {
  return new AppError('upload-damaged', { path, what });
}
