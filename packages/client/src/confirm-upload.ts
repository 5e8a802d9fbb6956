import { AppError, type TreePath } from '@holdfast/base';
import { bareEtag } from './entry-of-response.ts';
import { lookAt, type Place } from './listing.ts';
import { defaultReadBackUpTo, readBack } from './read-back.ts';
import type { RemoteEntry, UploadOptions, UploadSource } from './remote.ts';
import type { FetchResponse } from './transport.ts';

/** What is known of the server besides its answer. */
export interface Confirmation {
  /** It has compared the bytes with a checksum that was sent along, and refuses those that do not fit. */
  readonly checked?: boolean;
  /** Files of up to so many bytes are read back whole where nothing else proves them. */
  readonly readBackUpTo?: number;
  /** The ids of our own nodes are not the ones in use: the server is taken for another one. */
  readonly foreign?: boolean;
}

/**
 * Makes sure that what the server has is what was sent (R6). A server that answers with its own SHA-256 of what it
 * stored, or has compared a checksum, is believed at once; from any other one the bytes are read back.
 * @throws AppError `upload-damaged`; `target-changed` when somebody else was quicker, or the source has changed.
 */
export async function confirmUpload(
  place: Place,
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
  response: FetchResponse,
  { checked = false, readBackUpTo = defaultReadBackUpTo, foreign = false }: Confirmation = {},
): Promise<RemoteEntry> {
  const sent = source.sha256?.() ?? options.sha256;
  if (sent !== undefined && options.sha256 !== undefined && sent !== options.sha256) {
    throw new AppError('target-changed', { path, message: 'The file changed while it was being sent.' });
  }
  const stored = response.headers.get('x-hash-sha256')?.toLowerCase();
  if (stored !== undefined && sent !== undefined && stored !== sent) throw damaged(path, 'hash');
  const proven = stored !== undefined && stored === sent;
  const etag = bareEtag(response.headers.get('oc-etag') ?? response.headers.get('etag'));
  const told = toldEntry(path, source, options, response, { etag, proven, foreign });
  if (told && (proven || checked)) return { ...told, proof: 'hash' };
  const entry = told ?? (await look(place, path, source, options, etag));
  if (proven || checked) return { ...entry, proof: 'hash' };
  const listed = entry.checksums.find((checksum) => checksum.kind === 'SHA256')?.hex;
  if (listed !== undefined && sent !== undefined && listed !== sent) throw damaged(path, 'hash');
  const { signal } = options;
  const read = await readBack(place, path, source, {
    ...{ sha256: sent, etag: entry.etag, wholeUpTo: readBackUpTo, signal },
  });
  return { ...entry, mtime: entry.mtime ?? read.mtime, proof: read.proof };
}

/** What the answer itself tells of the file; undefined when that is not enough. */
function toldEntry(
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
  { headers }: FetchResponse,
  { etag, proven, foreign }: { etag: string; proven: boolean; foreign: boolean },
): RemoteEntry | undefined {
  const node = foreign ? null : headers.get('hf-node');
  const sha256 = proven ? headers.get('x-hash-sha256')?.toLowerCase() : undefined;
  const id = node ?? headers.get('oc-fileid');
  const accepted = node !== null || headers.get('x-oc-mtime')?.toLowerCase() === 'accepted';
  if (id === null || etag === '' || !accepted) return undefined;
  return {
    path,
    id,
    kind: 'file',
    etag,
    size: source.size,
    mtime: node === null ? { s: options.mtime.s, ns: 0 } : options.mtime,
    checksums: sha256 === undefined ? [] : [{ kind: 'SHA256', hex: sha256 }],
    executable: node !== null && (options.executable ?? false),
    permissions: headers.get('x-nc-permissions') ?? undefined,
    ...(node !== null && options.link ? { link: true } : {}),
  };
}

async function look(
  place: Place,
  path: TreePath,
  source: UploadSource,
  options: UploadOptions,
  etag: string,
): Promise<RemoteEntry> {
  const entry = (await lookAt(place, path, options.signal))?.entry;
  if (entry?.kind !== 'file') throw damaged(path, 'missing');
  if (entry.size !== source.size) throw damaged(path, 'size');
  // Somebody else may have been quicker: then this is not the file that was sent.
  if (etag !== '' && entry.etag !== '' && etag !== entry.etag) {
    throw new AppError('target-changed', { path });
  }
  return entry;
}

function damaged(path: TreePath, what: string): AppError {
  return new AppError('upload-damaged', { path, what });
}
