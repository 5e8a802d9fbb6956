import { AppError, type TreePath } from '@holdfast/base';
import { confirmUpload } from './confirm-upload.ts';
import { destinationOf, lookAt, type Place } from './listing.ts';
import { putFile } from './put-file.ts';
import type { RemoteEntry, UploadOptions, UploadSource } from './remote.ts';
import { removeQuietly } from './remove-quietly.ts';
import { discardBody } from './transport.ts';
import { uploadNameFor } from './upload-name.ts';

/**
 * Upload to a server that promises nothing: PUT under a waiting name, look whether all is there, look at the
 * target, then one MOVE. So nobody sees half a file, and a truncated upload never replaces a good one.
 */
export async function putByRename(
  place: Place,
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
): Promise<RemoteEntry> {
  await checkTarget(place, path, options);
  const waiting = uploadNameFor(path);
  const at = place.address.of(waiting);
  try {
    const response = await putFile(place.dav, at, source, options, {});
    // An etag may change with the name; only size and presence count here.
    await confirmUpload(place, waiting, source, options, withoutEtag(response));
    await checkTarget(place, path, options);
    const moved = await place.dav.request(at, {
      method: 'MOVE',
      headers: {
        destination: destinationOf(place, path),
        overwrite: options.ifMatch === undefined ? 'F' : 'T',
      },
      expect: [201, 204],
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await discardBody(moved);
  } catch (error) {
    await removeQuietly(place.dav, at);
    throw error;
  }
  const entry = (await lookAt(place, path, options.signal))?.entry;
  if (entry?.kind !== 'file' || entry.size !== source.size) throw new AppError('upload-damaged', { path });
  return entry;
}

/** @throws AppError `target-changed` when the target is not what the caller expects. */
async function checkTarget(place: Place, path: TreePath, options: UploadOptions): Promise<void> {
  const entry = (await lookAt(place, path, options.signal))?.entry;
  const fits =
    options.ifMatch === undefined ? !entry : entry?.kind === 'file' && entry.etag === options.ifMatch;
  if (!fits) throw new AppError('target-changed', { path });
}

function withoutEtag(response: { readonly headers: { get(name: string): string | null } }) {
  const get = (name: string) => (name.endsWith('etag') ? null : response.headers.get(name));
  return { status: 201, headers: { get }, body: null };
}
