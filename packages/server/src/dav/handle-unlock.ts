import { AppError } from '@holdfast/base';
import { type DavHandler, headerOf } from './dav-call.ts';

/** UNLOCK (RFC 4918 §9.11). */
export const handleUnlock: DavHandler = async ({ request, reply, parts, actor, path }) => {
  const token = /^<([^<>\s]{1,255})>$/.exec(headerOf(request, 'lock-token')?.trim() ?? '')?.[1];
  if (token === undefined) {
    throw new AppError('bad-request', { message: 'UNLOCK needs one Lock-Token: <token>.' });
  }
  await parts.files.unlock(actor, path, token);
  return reply.code(204).send();
};
