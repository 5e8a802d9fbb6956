import type { TreePath } from '@holdfast/base';
import { confirmUpload } from './confirm-upload.ts';
import type { Dialect } from './dialect.ts';
import { checkedUpTo, inMemory } from './hold-in-memory.ts';
import type { Place } from './listing.ts';
import { putByRename } from './put-by-rename.ts';
import { putChunks } from './put-chunks.ts';
import { fileHeaders, putFile, writeGuard } from './put-file.ts';
import { putResumable } from './put-resumable.ts';
import type { RemoteEntry, RemoteProfile, UploadOptions, UploadSource } from './remote.ts';

/** Where a file goes, and what may be used for that. */
export interface StoreRules {
  readonly place: Place;
  readonly dialect: Dialect;
  readonly profile: RemoteProfile;
  /** Uploads of so many bytes are sent so that they can be taken up again, on our own nodes. */
  readonly resumeMinBytes: number;
  /** Files of up to so many bytes are read back whole where the server proves nothing. */
  readonly readBackUpTo: number;
}

/** `Remote.write`: by the way that fits the server and the size, and with the proof that it allows. */
export async function storeFile(
  rules: StoreRules,
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
): Promise<RemoteEntry> {
  const { place, profile, readBackUpTo } = rules;
  const { quirks, guards, uploads } = rules.dialect;
  if (guards === 'look') {
    return await putByRename(place, path, source, options, { ...quirks, readBackUpTo });
  }
  const { dav, address } = place;
  const precise = profile.mtime === 'ns';
  const foreign = profile.kind !== 'holdfast';
  const hashed = source.sha256 !== undefined || options.sha256 !== undefined;
  if (uploads !== undefined && hashed && source.size >= rules.resumeMinBytes) {
    const target = { dav, uploads, destination: address.of(path), precise };
    const done = await putResumable(target, path, source, options);
    return await confirmUpload(place, path, source, options, done);
  }
  if (uploads !== undefined && profile.chunkAbove !== undefined && source.size > profile.chunkAbove) {
    const { chunks } = quirks;
    const target = { dav, uploads, destination: address.of(path), precise, chunks };
    const done = await putChunks(target, path, source, options);
    return await confirmUpload(place, path, source, options, done, { readBackUpTo, foreign });
  }
  const checked = quirks.checksSha1 && source.size <= checkedUpTo;
  const sending = checked ? await inMemory(source, options) : source;
  const response = await putFile(dav, address.of(path), sending, options, {
    ...writeGuard(options),
    ...fileHeaders(options, precise),
    ...('sha1' in sending ? { 'oc-checksum': `SHA1:${sending.sha1}` } : {}),
    ...(precise && options.sha256 !== undefined ? { 'oc-checksum': `SHA256:${options.sha256}` } : {}),
    'x-hash': 'sha256',
  });
  const confirmation = { checked, readBackUpTo, foreign };
  return await confirmUpload(place, path, sending, options, response, confirmation);
}
