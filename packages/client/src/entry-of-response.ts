import { AppError, type TreePath } from '@holdfast/base';
import {
  type Checksum,
  type DavResponse,
  type Mtime,
  namespaces,
  parseChecksums,
  parseMtime,
} from '@holdfast/protocol';
import { ownText } from './own-text.ts';
import type { RemoteEntry } from './remote.ts';

const key = (ns: string, name: string) => `{${ns}}${name}`;
const props = {
  etag: key(namespaces.d, 'getetag'),
  length: key(namespaces.d, 'getcontentlength'),
  modified: key(namespaces.d, 'getlastmodified'),
  ocId: key(namespaces.oc, 'id'),
  ocSize: key(namespaces.oc, 'size'),
  checksums: key(namespaces.oc, 'checksums'),
  permissions: key(namespaces.oc, 'permissions'),
  node: key(namespaces.hf, 'node'),
  mtime: key(namespaces.hf, 'mtime'),
  executable: key(namespaces.hf, 'executable'),
  link: key(namespaces.hf, 'link'),
};

/** The entry that a response of a listing describes. @throws AppError `listing-doubtful` for a file without a size. */
export function entryOfResponse(response: DavResponse, path: TreePath): RemoteEntry {
  const get = (name: string) => response.props.get(name) || undefined;
  const kind = response.isCollection ? 'folder' : 'file';
  return {
    path: ownText(path),
    id: own(get(props.node) ?? get(props.ocId)),
    kind,
    etag: ownText(bareEtag(get(props.etag))),
    size: kind === 'folder' ? 0 : sizeOf(get(props.length) ?? get(props.ocSize), path),
    mtime: mtimeOf(get(props.mtime), get(props.modified)),
    checksums: checksumsOf(own(get(props.checksums))),
    executable: get(props.executable) === '1',
    ...(get(props.link) === '1' ? { link: true } : {}),
    permissions: own(get(props.permissions)),
  };
}

function own(text: string | undefined): string | undefined {
  return text === undefined ? undefined : ownText(text);
}

/** Whether the etag of a response can be used in `If-Match` (RFC 9110 §13.1.1: strong comparison). */
export function hasStrongEtag(response: DavResponse): boolean {
  const etag = response.props.get(props.etag) ?? '';
  return etag !== '' && !etag.startsWith('W/');
}

/** An etag without quotes, weakness mark, and the suffix that servers add when they compress (Apache, Jetty). */
export function bareEtag(text: string | null | undefined): string {
  return (text ?? '')
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/s, '$1')
    .replace(/--?(?:gzip|br|zstd|deflate)$/, '');
}

/** Checksums of a header or property; unreadable ones count as none. */
export function checksumsOf(text: string | null | undefined): readonly Checksum[] {
  return text ? (parseChecksums(text) ?? []) : [];
}

/** The data fingerprint of a response (oc: in code, nc: in documents); undefined where there is none. */
export function fingerprintOf(response: DavResponse): string | undefined {
  return (
    response.props.get(key(namespaces.oc, 'data-fingerprint')) ??
    response.props.get(key(namespaces.nc, 'data-fingerprint'))
  );
}

function sizeOf(text: string | undefined, path: TreePath): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new AppError('listing-doubtful', { path, message: 'The listing names a file without its size.' });
  }
  return Number(text);
}

function mtimeOf(exact: string | undefined, httpDate: string | undefined): Mtime | undefined {
  return (exact === undefined ? undefined : parseMtime(exact)) ?? mtimeOfDate(httpDate);
}

/** An HTTP date (RFC 9110 §5.6.7) as a time; undefined for none. */
export function mtimeOfDate(httpDate: string | null | undefined): Mtime | undefined {
  const ms = httpDate ? Date.parse(httpDate) : Number.NaN;
  return Number.isNaN(ms) ? undefined : { s: Math.floor(ms / 1000), ns: 0 };
}
