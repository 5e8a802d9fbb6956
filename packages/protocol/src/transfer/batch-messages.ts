import { AppError } from '@holdfast/base';
import { type Checksum, formatChecksums, parseChecksums } from '../checksum.ts';
import { formatMtime, type Mtime, parseMtime } from '../mtime.ts';

/** Media types of a batch: of framed files, and of what is asked for or told about them. */
export const batchMediaType = 'application/vnd.holdfast.batch';

/** Bytes of one header: room for the longest path with every character escaped. */
export const batchHeaderBytes = 32 * 1024;

/** What a batch may hold; advertised in the capabilities as `holdfast.batch`. */
export interface BatchLimits {
  readonly files: number;
  /** Bytes of all files together. */
  readonly bytes: number;
  /** Bytes of one file. */
  readonly fileBytes: number;
}

/** Header of a file that is to be written; its bytes follow. */
export interface BatchWriteHeader {
  /** In the tree of the account. */
  readonly path: string;
  readonly mtime: Mtime;
  readonly sha256: string;
  readonly executable: boolean;
  readonly link: boolean;
  /** The etag of the version that gets replaced; undefined when nothing may be there. */
  readonly ifMatch: string | undefined;
}

/** What became of the file with this number (from 0, in the order of the request). */
export type BatchWriteResult =
  | {
      readonly index: number;
      readonly node: string;
      readonly etag: string;
      readonly sha256: string;
      readonly permissions: string;
    }
  | BatchFailure;

/** A file of a batch that was not carried out. */
export interface BatchFailure {
  readonly index: number;
  /** A code of the table. */
  readonly error: string;
  /** For the person, where there is more to say than the code does. */
  readonly message: string | undefined;
}

/** A file that is asked for, in one version. */
export interface BatchReadHeader {
  readonly path: string;
  readonly ifMatch: string;
}

/** Header of a file that comes down; its bytes follow. */
export type BatchReadResult =
  | { readonly index: number; readonly etag: string; readonly checksums: readonly Checksum[] }
  | BatchFailure;

/** The JSON of a header. */
export function formatBatchWrite(header: BatchWriteHeader): object {
  const { path, mtime, sha256, executable, link, ifMatch } = header;
  return {
    path,
    mtime: formatMtime(mtime),
    sha256,
    ...(executable ? { x: 1 } : {}),
    ...(link ? { link: 1 } : {}),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

/** @throws AppError `bad-request` for anything that `formatBatchWrite` does not write. */
export function parseBatchWrite(json: unknown): BatchWriteHeader {
  const { path, mtime, sha256, x, link, ifMatch } = object(json);
  const time = typeof mtime === 'string' ? parseMtime(mtime) : undefined;
  if (typeof path !== 'string' || time === undefined || !isSha256(sha256)) throw malformed();
  if (!isFlag(x) || !isFlag(link) || !(ifMatch === undefined || isEtag(ifMatch))) throw malformed();
  return { path, mtime: time, sha256, executable: x === 1, link: link === 1, ifMatch };
}

/** @throws AppError `bad-request`. */
export function parseBatchWriteResult(json: unknown): BatchWriteResult {
  const value = object(json);
  const failure = failureOf(value);
  if (failure) return failure;
  const { node, etag, sha256, permissions } = value;
  if (typeof node !== 'string' || !isEtag(etag) || !isSha256(sha256) || typeof permissions !== 'string') {
    throw malformed();
  }
  return { index: indexOf(value), node, etag, sha256, permissions };
}

/** @throws AppError `bad-request`. */
export function parseBatchRead(json: unknown): BatchReadHeader {
  const { path, ifMatch } = object(json);
  if (typeof path !== 'string' || !isEtag(ifMatch)) throw malformed();
  return { path, ifMatch };
}

/** The JSON of a header that goes before the bytes of a file, or tells why there are none. */
export function formatBatchReadResult(result: BatchReadResult): object {
  if ('error' in result) return result;
  return { index: result.index, etag: result.etag, checksums: formatChecksums(result.checksums) };
}

/** @throws AppError `bad-request`. */
export function parseBatchReadResult(json: unknown): BatchReadResult {
  const value = object(json);
  const failure = failureOf(value);
  if (failure) return failure;
  const checksums = typeof value.checksums === 'string' ? parseChecksums(value.checksums) : undefined;
  if (!isEtag(value.etag) || checksums === undefined) throw malformed();
  return { index: indexOf(value), etag: value.etag, checksums };
}

function failureOf(value: Readonly<Record<string, unknown>>): BatchFailure | undefined {
  const { error, message } = value;
  if (error === undefined) return undefined;
  if (typeof error !== 'string' || !(message === undefined || typeof message === 'string')) throw malformed();
  return { index: indexOf(value), error, message };
}

function object(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw malformed();
  return json as Record<string, unknown>;
}

function indexOf({ index }: Readonly<Record<string, unknown>>): number {
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) throw malformed();
  return index;
}

function isSha256(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isEtag(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256;
}

function isFlag(value: unknown): boolean {
  return value === undefined || value === 1;
}

function malformed(): AppError {
  return new AppError('bad-request', { message: 'A header of the batch is malformed.' });
}
