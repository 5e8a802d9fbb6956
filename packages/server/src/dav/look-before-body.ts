import { AppError, parentOf } from '@holdfast/base';
import type { TreeNode, WriteOptions } from '@holdfast/files';
import { awaitsContinue } from '../send-continue.ts';
import type { DavCall } from './dav-call.ts';

/**
 * For a sender that waits to be asked for the body (RFC 9110 §10.1.1): refuses what would be refused anyway, before
 * the bytes are spent. The store decides again together with the change.
 * @throws AppError `precondition-failed`, `is-a-folder`, `parent-missing`.
 */
export async function lookBeforeBody(call: DavCall, options: WriteOptions): Promise<void> {
  const { request, parts, actor, path } = call;
  if (!awaitsContinue(request.raw) || !actor.read) return;
  const node = await parts.files.find(actor, path);
  requireConditions(options, node);
  if (node?.kind === 'folder') throw new AppError('is-a-folder');
  const parent = parentOf(path);
  if (node || parent === undefined || options.createParents) return;
  if (!(await parts.files.find(actor, parent))) throw new AppError('parent-missing');
}

/** All conditions but `If` lists. @throws AppError `precondition-failed`. */
export function requireConditions(options: WriteOptions, node: TreeNode | undefined): void {
  const fits = (list: '*' | readonly string[]) =>
    node !== undefined && (list === '*' || list.includes(node.etag));
  const failed = (header: string) => new AppError('precondition-failed', { header });
  if (options.ifMatch !== undefined && !fits(options.ifMatch)) throw failed('If-Match');
  if (options.ifNoneMatch !== undefined && fits(options.ifNoneMatch)) throw failed('If-None-Match');
  if (options.ifUnmodifiedSince !== undefined && node && node.mtime.s > options.ifUnmodifiedSince) {
    throw failed('If-Unmodified-Since');
  }
}
