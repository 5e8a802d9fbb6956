/** Bounds of the hosted tree. */
export interface FilesLimits {
  /** Content up to this many bytes is kept in the metadata database. */
  readonly inlineBytes: number;
  /** Larger files are not cut into chunks: the list of these would take too long to send. */
  readonly chunkedBytes: number;
  /** Files from so many bytes on are cut in quiet moments; smaller ones are cut quickly enough when somebody asks. */
  readonly preparedBytes: number;
  /** Bytes of one name in UTF-8. */
  readonly nameBytes: number;
  /** Bytes of a whole path in UTF-8. */
  readonly pathBytes: number;
  /** Names in a path. */
  readonly depth: number;
  /** Milliseconds after which an upload nobody touches is given up. */
  readonly uploadIdleMs: number;
  /** Chunks of one upload. */
  readonly uploadChunks: number;
  /** Longest life of a lock, in seconds. */
  readonly lockSeconds: number;
  /** Live locks in one tree: every change looks at all of them. */
  readonly locks: number;
  /** Bytes of all dead properties of one node. */
  readonly propertyBytes: number;
}

export const defaultLimits: FilesLimits = {
  inlineBytes: 32 * 1024,
  chunkedBytes: 8 * 1024 ** 3,
  preparedBytes: 64 * 1024 * 1024,
  nameBytes: 255,
  pathBytes: 4096,
  depth: 100,
  uploadIdleMs: 24 * 60 * 60 * 1000,
  uploadChunks: 10_000,
  lockSeconds: 24 * 60 * 60,
  locks: 1000,
  propertyBytes: 1024 * 1024,
};
