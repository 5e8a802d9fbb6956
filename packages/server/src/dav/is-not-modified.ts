import { AppError } from '@holdfast/base';
import type { TreeNode } from '@holdfast/files';
import { parseEtagList, parseHttpDate } from '@holdfast/protocol';
import type { FastifyRequest } from 'fastify';
import { headerOf } from './dav-call.ts';

/**
 * The conditions of a GET or HEAD, in the order of RFC 9110 §13.2.2.
 * @returns whether the caller's copy is still good (304).
 * @throws AppError `precondition-failed`, `bad-request`.
 */
export function isNotModified(request: FastifyRequest, node: TreeNode): boolean {
  const ifMatch = headerOf(request, 'if-match');
  const unmodified = parseHttpDate(headerOf(request, 'if-unmodified-since'));
  if (ifMatch !== undefined) {
    const list = parseEtagList(ifMatch, 'strong');
    if (list !== '*' && !list.includes(node.etag)) throw failed('If-Match');
  } else if (unmodified !== undefined && node.mtime.s > unmodified) {
    throw failed('If-Unmodified-Since');
  }
  const ifNoneMatch = headerOf(request, 'if-none-match');
  if (ifNoneMatch !== undefined) {
    const list = parseEtagList(ifNoneMatch, 'weak');
    return list === '*' || list.includes(node.etag);
  }
  const modified = parseHttpDate(headerOf(request, 'if-modified-since'));
  return modified !== undefined && node.mtime.s <= modified;
}

/** Whether a range may be answered (RFC 9110 §13.1.5): `If-Range` is absent or names this very version. */
export function rangeApplies(request: FastifyRequest, node: TreeNode): boolean {
  const header = headerOf(request, 'if-range')?.trim();
  if (header === undefined) return true;
  if (header.startsWith('"')) return header === `"${node.etag}"`;
  return parseHttpDate(header) === node.mtime.s;
}

function failed(header: string): AppError {
  return new AppError('precondition-failed', { header });
}
