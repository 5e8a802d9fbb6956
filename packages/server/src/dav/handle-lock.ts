import { AppError, isAppError } from '@holdfast/base';
import type { Lock } from '@holdfast/files';
import { davDeclarations, parseDepth, parseLockinfo, parseTimeout } from '@holdfast/protocol';
import type { FastifyReply } from 'fastify';
import { type DavHandler, headerOf, readXml } from './dav-call.ts';
import { formatLocks } from './format-locks.ts';
import { guardOf } from './guard-of.ts';
import { setWrittenHeaders } from './node-headers.ts';

/** Seconds: what a lock lasts when nothing is asked, and at most. */
const usual = 30 * 60;
const longest = 24 * 60 * 60;

/** LOCK (RFC 4918 §9.10): takes a lock, or with an empty body refreshes the one that `If` names. */
export const handleLock: DavHandler = async (call) => {
  const { request, reply, parts, actor, principal, path, mount } = call;
  const depth = parseDepth(headerOf(request, 'depth'), ['0', 'infinity'], 'infinity');
  const timeoutSeconds = parseTimeout(headerOf(request, 'timeout'), usual, longest);
  const guard = guardOf(request, principal.userId, path);
  const body = await readXml(call);
  if (body.trim() === '') {
    if (!guard.lockTokens?.length) {
      throw new AppError('bad-request', { message: 'A refresh needs the lock token in the If header.' });
    }
    const lock = await parts.files.refreshLock(actor, path, { ...guard, timeoutSeconds });
    return sendLock(reply.code(200), lock, mount);
  }
  const { scope, owner } = parseLockinfo(body);
  const wanted = { ...guard, scope, depth, timeoutSeconds, ...(owner === undefined ? {} : { owner }) };
  const { lock, created } = await parts.files.lock(actor, path, wanted).catch(nameConflict);
  if (created) await setWrittenHeaders(call, await parts.files.get(actor, path));
  reply.header('lock-token', `<${lock.token}>`);
  return sendLock(reply.code(created ? 201 : 200), lock, mount);
};

/** A lock in the way of a lock has a name of its own (RFC 4918 §9.10.6). */
function nameConflict(error: unknown): never {
  if (!isAppError(error, 'locked')) throw error;
  throw new AppError('locked', { ...error.details, precondition: 'no-conflicting-lock' }, { cause: error });
}

function sendLock(reply: FastifyReply, lock: Lock, mount: string): FastifyReply {
  const discovery = `<d:lockdiscovery>${formatLocks([lock], mount)}</d:lockdiscovery>`;
  return reply
    .type('application/xml; charset=utf-8')
    .send(`<?xml version="1.0" encoding="utf-8"?>\n<d:prop${davDeclarations}>${discovery}</d:prop>`);
}
