import { AppError, type TreePath } from '@holdfast/base';
import { destinationOf, lookAt, type Place } from './listing.ts';
import { putFile } from './put-file.ts';
import { readBack } from './read-back.ts';
import type { RemoteEntry, UploadOptions, UploadSource } from './remote.ts';
import { removeQuietly } from './remove-quietly.ts';
import { discardBody } from './transport.ts';
import { uploadNameFor } from './upload-name.ts';

/** What may be relied on. */
export interface RenameRules {
  /** `MOVE` with `Overwrite: F` never overwrites. */
  readonly overwriteKept: boolean;
  /** A file has the same etag and time after it was renamed. */
  readonly etagMoves: boolean;
  /** Files of up to so many bytes are read back whole. */
  readonly readBackUpTo: number;
}

/** Smaller files are sent before anybody looks whether they are wanted. */
const lookBeforeBytes = 1024 * 1024;

/**
 * Upload to a server that promises nothing: PUT under a waiting name, read it back, look at the target where the
 * server does not guard it, then one MOVE. So nobody sees half a file, and a damaged upload never replaces a good one.
 */
export async function putByRename(
  place: Place,
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
  rules: RenameRules,
): Promise<RemoteEntry> {
  const guarded = rules.overwriteKept && options.ifMatch === undefined;
  if (!guarded && source.size > lookBeforeBytes) await checkTarget(place, path, options);
  const waiting = uploadNameFor(path);
  const at = place.address.of(waiting);
  const { signal } = options;
  try {
    await putFile(place.dav, at, source, options, {});
    const sha256 = source.sha256?.() ?? options.sha256;
    if (options.sha256 !== undefined && sha256 !== options.sha256) throw sourceChanged(path);
    const seen = await readBack(place, waiting, source, {
      ...{ sha256, etag: '', wholeUpTo: rules.readBackUpTo, signal },
    });
    if (!guarded) await checkTarget(place, path, options);
    const moved = await place.dav.request(at, {
      method: 'MOVE',
      headers: {
        destination: destinationOf(place, path),
        overwrite: options.ifMatch === undefined ? 'F' : 'T',
      },
      expect: [201, 204],
      ...(signal ? { signal } : {}),
    });
    await discardBody(moved);
    const { etag, mtime, proof } = seen;
    if (rules.etagMoves && etag !== '' && mtime !== undefined) {
      const plain = { id: undefined, kind: 'file', checksums: [], executable: false } as const;
      return { path, ...plain, etag, size: source.size, mtime, permissions: undefined, proof };
    }
    const entry = (await lookAt(place, path, signal))?.entry;
    if (entry?.kind !== 'file' || entry.size !== source.size) throw new AppError('upload-damaged', { path });
    return { ...entry, proof };
  } catch (error) {
    await removeQuietly(place.dav, at);
    throw error;
  }
}

/** @throws AppError `target-changed` when the target is not what the caller expects. */
async function checkTarget(place: Place, path: TreePath, options: UploadOptions): Promise<void> {
  const entry = (await lookAt(place, path, options.signal))?.entry;
  const fits =
    options.ifMatch === undefined ? !entry : entry?.kind === 'file' && entry.etag === options.ifMatch;
  if (!fits) throw new AppError('target-changed', { path });
}

function sourceChanged(path: TreePath): AppError {
  return new AppError('target-changed', { path, message: 'The file changed while it was being sent.' });
}
