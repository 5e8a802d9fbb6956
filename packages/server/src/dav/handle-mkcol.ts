import { AppError } from '@holdfast/base';
import type { PropertyChange } from '@holdfast/files';
import { emptyElement, namespaces, parseMkcol, propstat } from '@holdfast/protocol';
import { hasBody } from '../request-body.ts';
import { type DavHandler, headerOf, readXml } from './dav-call.ts';
import { guardOf } from './guard-of.ts';
import { setWrittenHeaders } from './node-headers.ts';
import { planProperties } from './plan-properties.ts';
import { writeOptionsOf } from './upload-headers.ts';

/** MKCOL (RFC 4918 §9.3), with properties to set at once (RFC 5689). */
export const handleMkcol: DavHandler = async (call) => {
  const { request, reply, parts, actor, principal, path } = call;
  const changes: PropertyChange[] = [];
  let { mtime } = writeOptionsOf(request, principal.userId, path);
  if (hasBody(request)) {
    const type = headerOf(request, 'content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/xml' && type !== 'text/xml') throw new AppError('media-type-unsupported');
    const instructions = parseMkcol(await readXml(call)).filter(({ element }) => {
      if (element.ns !== namespaces.d || element.name !== 'resourcetype') return true;
      const odd = element.children.find((kind) => kind.ns !== namespaces.d || kind.name !== 'collection');
      if (odd) throw new AppError('forbidden', { precondition: 'valid-resourcetype' });
      return false;
    });
    const plan = planProperties(instructions);
    if (plan.failed) {
      // RFC 5689 §3: nothing is made when one property cannot be.
      const parts = plan.steps.map(({ ns, name, status }) => propstat(emptyElement(ns, name), status));
      return reply
        .code(403)
        .type('application/xml; charset=utf-8')
        .send(
          `<?xml version="1.0" encoding="utf-8"?>\n<d:mkcol-response xmlns:d="DAV:">${parts.join('')}</d:mkcol-response>`,
        );
    }
    changes.push(...plan.changes);
    mtime = plan.live.mtime ?? mtime;
  }
  const node = await parts.files.mkdir(actor, path, {
    ...guardOf(request, principal.userId, path),
    properties: changes,
    ...(mtime === undefined ? {} : { mtime }),
    createParents: headerOf(request, 'x-nc-webdav-automkcol') === '1',
  });
  await setWrittenHeaders(call, node);
  if (mtime) reply.header('x-oc-mtime', 'accepted');
  return reply.code(201).send();
};
