import { AppError } from '@holdfast/base';
import type { RouteScope } from '@holdfast/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../actor-of.ts';
import { answerDavError } from './answer-dav-error.ts';
import type { DavCaller, DavHandler, DavParts } from './dav-call.ts';
import { handleBatchRead } from './handle-batch-read.ts';
import { handleBatchWrite } from './handle-batch-write.ts';
import { handleBulk } from './handle-bulk.ts';
import { handleCollections } from './handle-collections.ts';
import { handleDelete } from './handle-delete.ts';
import { handleGet } from './handle-get.ts';
import { handleLock } from './handle-lock.ts';
import { handleMkcol } from './handle-mkcol.ts';
import { sendOptions, treeMethods, uploadMethods } from './handle-options.ts';
import { handlePatch } from './handle-patch.ts';
import { handlePropfind } from './handle-propfind.ts';
import { handleProppatch } from './handle-proppatch.ts';
import { handlePut } from './handle-put.ts';
import { handleReport } from './handle-report.ts';
import { handleCopy, handleMove } from './handle-transfer.ts';
import { handleUnlock } from './handle-unlock.ts';
import {
  appendUpload,
  beginUpload,
  finishUpload,
  listUpload,
  putChunk,
  removeUpload,
  type UploadHandler,
  uploadOffset,
} from './handle-upload.ts';
import { ListingCache } from './listing-cache.ts';
import { pathnameOf, treeAddressOf } from './tree-address.ts';
import { uploadAddressOf } from './upload-address.ts';

type Methods<Handler> = readonly (readonly [method: string, scope: RouteScope, handler: Handler])[];

/** MOVE declares writing; that it takes something away from its place is checked by the store. */
const onTree: Methods<DavHandler> = [
  ['GET', 'files:read', handleGet],
  ['HEAD', 'files:read', handleGet],
  ['PROPFIND', 'files:read', handlePropfind],
  ['REPORT', 'files:read', handleReport],
  ['PUT', 'files:write', handlePut],
  ['PATCH', 'files:write', handlePatch],
  ['MKCOL', 'files:write', handleMkcol],
  ['PROPPATCH', 'files:write', handleProppatch],
  ['COPY', 'files:write', handleCopy],
  ['MOVE', 'files:write', handleMove],
  ['LOCK', 'files:write', handleLock],
  ['UNLOCK', 'files:write', handleUnlock],
  ['DELETE', 'files:delete', handleDelete],
];

/** Removing chunks that one has uploaded takes no right to delete files. */
const onUploads: Methods<UploadHandler> = [
  ['PROPFIND', 'files:write', listUpload],
  ['MKCOL', 'files:write', beginUpload],
  ['PUT', 'files:write', putChunk],
  ['HEAD', 'files:write', uploadOffset],
  ['PATCH', 'files:write', appendUpload],
  ['MOVE', 'files:write', finishUpload],
  ['DELETE', 'files:write', removeUpload],
];

const treeRoutes = ['/remote.php/dav/files/:user', '/remote.php/webdav', '/dav'].flatMap((mount) => [
  mount,
  `${mount}/*`,
]);
const uploadRoutes = ['/remote.php/dav/uploads/:user', '/remote.php/dav/uploads/:user/*'];
const collectionRoutes = [
  '',
  '/files',
  '/uploads',
  '/principals',
  '/principals/users',
  '/principals/users/:user',
];

/** Memory for listings that are asked for again and again. */
const listingBytes = 8 * 1024 * 1024;

/**
 * Registers the WebDAV surface: the caller's tree under three mounts, chunked and bulk upload, and the collections
 * that lead there. Every method declares its scope; what else is sent to these addresses is 405.
 */
export function registerDav(app: FastifyInstance, given: Omit<DavParts, 'listings'>): void {
  const { files, clock, settings } = given;
  const parts: DavParts = { files, clock, settings, listings: new ListingCache(listingBytes) };
  for (const url of treeRoutes) {
    for (const [method, scope, handler] of onTree) {
      route(app, method, url, scope, async (request, reply) => {
        const caller = callerOf(request, reply, parts);
        const address = treeAddressOf(pathnameOf(request.raw.url ?? '/'), caller.principal.userId);
        if (!address) throw new AppError('not-found');
        return await answerDavError(address.mount, () => handler({ ...caller, ...address }));
      });
    }
    options(app, url, treeMethods);
  }
  for (const url of uploadRoutes) {
    for (const [method, scope, handler] of onUploads) {
      route(app, method, url, scope, async (request, reply) => {
        const caller = callerOf(request, reply, parts);
        const address = uploadAddressOf(pathnameOf(request.raw.url ?? '/'), caller.principal.userId);
        return await answerDavError(address.mount, () => handler(caller, address));
      });
    }
    options(app, url, uploadMethods);
  }
  for (const path of collectionRoutes) {
    for (const url of [`/remote.php/dav${path}`, `/remote.php/dav${path}/`]) {
      route(app, 'PROPFIND', url, 'files:read', (request, reply) =>
        handleCollections(callerOf(request, reply, parts), pathnameOf(request.raw.url ?? '/')),
      );
      options(app, url, 'OPTIONS, PROPFIND');
    }
  }
  route(app, 'POST', '/remote.php/dav/bulk', 'files:write', (request, reply) =>
    handleBulk(callerOf(request, reply, parts)),
  );
  route(app, 'POST', '/remote.php/dav/batch/write', 'files:write', (request, reply) =>
    handleBatchWrite(callerOf(request, reply, parts)),
  );
  route(app, 'POST', '/remote.php/dav/batch/read', 'files:read', (request, reply) =>
    handleBatchRead(callerOf(request, reply, parts)),
  );
}

function route(
  app: FastifyInstance,
  method: string,
  url: string,
  scope: RouteScope,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
  app.route({ method, url, config: { scope }, exposeHeadRoute: false, handler });
}

/** OPTIONS tells what there is, and a 405 of everything else that a client may try. */
function options(app: FastifyInstance, url: string, allow: string): void {
  route(app, 'OPTIONS', url, 'files:read', async (_request, reply) => sendOptions(reply, allow));
  const allowed = allow.split(', ');
  for (const method of everyMethod.filter((name) => !allowed.includes(name))) {
    route(app, method, url, 'files:read', async (_request, reply) => {
      reply.header('allow', allow);
      throw new AppError('method-not-allowed');
    });
  }
}

const everyMethod = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'PROPPATCH'],
  ...['MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'REPORT'],
];

function callerOf(request: FastifyRequest, reply: FastifyReply, parts: DavParts): DavCaller {
  const { principal } = request;
  if (!principal) throw new AppError('not-signed-in');
  return { request, reply, parts, principal, actor: actorOf(principal) };
}
