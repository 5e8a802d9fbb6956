import type { ServerProbe } from './probe-server.ts';
import type { ChunkLimits } from './read-ocs.ts';

/** How a server departs from what would do for all. What is not known of a server is the careful value. */
export interface Quirks {
  /** It compares an upload with its `OC-Checksum: SHA1` and refuses one that does not fit. */
  readonly checksSha1: boolean;
  /** `MOVE` with `Overwrite: F` never overwrites (RFC 4918 §10.6). */
  readonly overwriteKept: boolean;
  /** A file has the same etag and time after it was renamed. */
  readonly etagMoves: boolean;
  /** Names as on Windows: no `<>:"|?*\`, no dot or space at the end, no `CON`. */
  readonly windowsNames: boolean;
  /** Least and most bytes of a chunk that is not the last, and chunks at the same time. */
  readonly chunks: { readonly min: number; readonly max: number; readonly parallel: number };
}

/** More connections for one file bring nothing. */
const mostParallel = 4;

const careful: Quirks = {
  checksSha1: false,
  overwriteKept: false,
  etagMoves: false,
  windowsNames: false,
  chunks: { min: 5_000_000, max: 5_000_000_000, parallel: 1 },
};

interface Row {
  readonly server: string;
  readonly kind: ServerProbe['kind'];
  /** Fits the product (family) or the `Server` header (plain WebDAV). */
  readonly software?: RegExp;
  /** The first version, where it counts. */
  readonly from?: readonly [number, number];
  readonly quirks: Partial<Quirks>;
  /** Where it is known from. */
  readonly source: string;
}

const chunks = (parallel: number) => ({ ...careful.chunks, parallel });

/** All that is known, general rows first; later rows win. */
export const quirkTable: readonly Row[] = [
  {
    server: 'Holdfast',
    kind: 'holdfast',
    quirks: { overwriteKept: true, etagMoves: true, chunks: { min: 1, max: 5_000_000_000, parallel: 4 } },
    source: 'packages/server, its tests',
  },
  {
    server: 'Nextcloud',
    kind: 'nextcloud',
    // Stores any OC-Checksum it is given and gives it back: its listing proves nothing.
    quirks: { chunks: chunks(4) },
    source: 'nextcloud/documentation client_apis/WebDAV/chunking.rst; captures of Nextcloud 24.0.5',
  },
  {
    server: 'ownCloud 10, oCIS, OpenCloud',
    kind: 'owncloud',
    quirks: { checksSha1: true },
    source: 'owncloud documentation on checksums: 400 for one that does not fit',
  },
  {
    server: 'ownCloud 10',
    kind: 'owncloud',
    software: /^owncloud/i,
    from: [10, 0],
    quirks: { chunks: chunks(4) },
    source: 'captures of owncloudcmd 2.11: several chunks of one upload at the same time',
  },
  {
    server: 'Apache mod_dav_fs',
    kind: 'webdav',
    software: /^apache\b/i,
    quirks: { overwriteKept: true, etagMoves: true },
    source: 'e2e/remote-contract.test.ts against Apache 2.4: rename(2), etag of size and time',
  },
  {
    server: 'IIS',
    kind: 'webdav',
    software: /^microsoft-iis\b/i,
    quirks: { windowsNames: true },
    source: 'NTFS naming rules',
  },
];

/** What is known of the server at hand. */
export function quirksOf(server: {
  readonly kind: ServerProbe['kind'];
  /** Product, or `Server` header. */
  readonly software: string;
  /** `31.0.2`; anything else counts as version 0. */
  readonly version: string;
  readonly chunkLimits?: ChunkLimits | undefined;
}): Quirks {
  let found = careful;
  for (const { kind, software, from, quirks } of quirkTable) {
    if (kind !== server.kind || (software && !software.test(server.software))) continue;
    if (from && !isFrom(server.version, from)) continue;
    found = { ...found, ...quirks };
  }
  // What the server says itself goes over what is known of its kind.
  const { max = found.chunks.max, parallel = found.chunks.parallel } = server.chunkLimits ?? {};
  return { ...found, chunks: { ...found.chunks, max, parallel: Math.min(parallel, mostParallel) } };
}

function isFrom(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return a > major || (a === major && b >= minor);
}
