import type { FastifyReply } from 'fastify';

/** What can be done with places in the tree. */
export const treeMethods =
  'OPTIONS, GET, HEAD, PUT, PATCH, DELETE, PROPFIND, PROPPATCH, MKCOL, COPY, MOVE, LOCK, UNLOCK, REPORT';

/** What can be done in the staging folder of chunked uploads. */
export const uploadMethods = 'OPTIONS, HEAD, PUT, PATCH, DELETE, PROPFIND, MKCOL, MOVE';

/** OPTIONS (RFC 4918 §10.1): what the surface can do. */
export function sendOptions(reply: FastifyReply, allow: string): FastifyReply {
  return reply
    .headers({
      dav: '1, 2, 3, extended-mkcol',
      allow,
      'ms-author-via': 'DAV',
      'accept-ranges': 'bytes',
      'content-length': '0',
    })
    .code(200)
    .send();
}
