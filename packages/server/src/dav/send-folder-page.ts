import { escapeXml } from '@holdfast/protocol';
import type { FastifyReply } from 'fastify';
import type { DavCall } from './dav-call.ts';
import { hrefOf } from './tree-address.ts';

/** A plain page that lists a folder, for people who open a DAV address in a browser. No script, no style. */
export async function sendFolderPage(call: DavCall): Promise<FastifyReply> {
  const { reply, parts, actor, mount, path } = call;
  const { self, children } = await parts.files.list(actor, path);
  const title = escapeXml(self.name === '' ? call.principal.displayName : self.name);
  const items = children.map((node) => {
    const name = escapeXml(node.name) + (node.kind === 'folder' ? '/' : '');
    return `<li><a href="${hrefOf(mount, node.path, node.kind)}">${name}</a></li>\n`;
  });
  const page = [
    '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n',
    `<title>${title}</title>\n<h1>${title}</h1>\n<ul>\n`,
    ...items,
    '</ul>\n</html>\n',
  ].join('');
  const body = Buffer.from(page);
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      etag: `"${self.etag}"`,
      'cache-control': 'private, no-cache',
      'content-length': body.length,
    })
    .send(call.request.method === 'HEAD' ? undefined : body);
}
