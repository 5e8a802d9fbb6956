import { AppError, type TreePath } from '@holdfast/base';
import type { WriteOptions } from '@holdfast/files';
import { type Mtime, parseChecksums, parseMtime } from '@holdfast/protocol';
import type { FastifyRequest } from 'fastify';
import { headerOf } from './dav-call.ts';
import { guardOf } from './guard-of.ts';

/** How one request header becomes an option of a write. */
type HeaderRule = (value: string) => WriteOptions;

/** The dialect's headers on PUT and on the MOVE that ends a chunked upload. */
const rules: Readonly<Record<string, HeaderRule>> = {
  'x-oc-mtime': (value) => ({ mtime: required(parseMtime(value), 'X-OC-MTime') }),
  'x-oc-ctime': (value) => ({ createdAt: msOf(required(parseMtime(value), 'X-OC-CTime')) }),
  'oc-checksum': (value) => ({ checksums: required(parseChecksums(value), 'OC-Checksum') }),
  'oc-total-length': (value) => ({ size: length(value, 'OC-Total-Length') }),
  // What the Finder sends in place of a Content-Length.
  'x-expected-entity-length': (value) => ({ size: length(value, 'X-Expected-Entity-Length') }),
  'x-nc-webdav-automkcol': (value) => ({ createParents: value === '1' }),
  'hf-executable': (value) => ({ executable: flag(value, 'HF-Executable') }),
  'hf-link': (value) => ({ link: flag(value, 'HF-Link') }),
};

/**
 * What a request says about the file it writes: its conditions and the headers of the table.
 * @throws AppError `bad-value` for a malformed one; those of `guardOf`.
 */
export function writeOptionsOf(request: FastifyRequest, userId: string, target: TreePath): WriteOptions {
  let options: WriteOptions = guardOf(request, userId, target);
  for (const [name, rule] of Object.entries(rules)) {
    const value = headerOf(request, name);
    if (value !== undefined && value !== '') options = { ...options, ...rule(value) };
  }
  return options;
}

function required<T>(value: T | undefined, header: string): T {
  if (value === undefined) throw malformed(header);
  return value;
}

function length(value: string, header: string): number {
  if (!/^\d{1,15}$/.test(value)) throw malformed(header);
  return Number(value);
}

function flag(value: string, header: string): boolean {
  if (value !== '0' && value !== '1') throw malformed(header);
  return value === '1';
}

function msOf(time: Mtime): number {
  return time.s * 1000 + Math.floor(time.ns / 1e6);
}

function malformed(header: string): AppError {
  return new AppError('bad-value', { message: `The header ${header} is malformed.`, header });
}
