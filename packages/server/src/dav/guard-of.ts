import { AppError, isAppError, type TreePath } from '@holdfast/base';
import type { Guard, IfList } from '@holdfast/files';
import { parseDestination, parseEtagList, parseHttpDate, parseIfHeader } from '@holdfast/protocol';
import type { FastifyRequest } from 'fastify';
import { headerOf } from './dav-call.ts';
import { treeAddressOf } from './tree-address.ts';

/**
 * The conditions a request carries (RFC 9110 §13.1, RFC 4918 §10.4), as `Files` evaluates them.
 * @param subject what an untagged `If` list speaks of.
 * @throws AppError `bad-request`; `precondition-failed` when every `If` list speaks of something that is not here.
 */
export function guardOf(request: FastifyRequest, userId: string, subject: TreePath): Guard {
  const ifMatch = headerOf(request, 'if-match');
  const ifNoneMatch = headerOf(request, 'if-none-match');
  const unmodified = parseHttpDate(headerOf(request, 'if-unmodified-since'));
  const conditions = headerOf(request, 'if');
  const guard: Guard = {
    ...(ifMatch === undefined ? {} : { ifMatch: parseEtagList(ifMatch, 'strong') }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch: parseEtagList(ifNoneMatch, 'weak') }),
    // A recipient must ignore the date when there are etags (RFC 9110 §13.1.4).
    ...(unmodified === undefined || ifMatch !== undefined ? {} : { ifUnmodifiedSince: unmodified }),
  };
  if (conditions === undefined) return guard;
  const header = parseIfHeader(conditions);
  const ifLists = header.lists.flatMap((list): IfList[] => {
    const path = list.resource === undefined ? subject : resolveTag(list.resource, request.host, userId);
    return path === undefined ? [] : [{ path, conditions: list.conditions }];
  });
  if (ifLists.length === 0) throw new AppError('precondition-failed', { header: 'If' });
  return { ...guard, ifLists, lockTokens: header.tokens };
}

function resolveTag(tag: string, host: string, userId: string): TreePath | undefined {
  try {
    return treeAddressOf(parseDestination(tag, host), userId)?.path;
  } catch (error) {
    if (isAppError(error, 'bad-gateway', 'not-found')) return undefined;
    throw error;
  }
}
