import { manualClock } from '@holdfast/base/testing';
import { openRemote } from '../open-remote.ts';
import type { Remote } from '../remote.ts';
import { type ScriptedAnswer, type ScriptedRequest, scriptedFetch } from './scripted-fetch.ts';

type Script = (request: ScriptedRequest) => ScriptedAnswer;

/** `207` with these responses. */
export function multistatus(responses: string, extra = ''): ScriptedAnswer {
  return {
    status: 207,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:hf="urn:holdfast:dav">${responses}${extra}</d:multistatus>`,
  };
}

/** A `response` about a folder, or about a file of `size` bytes. */
export function davResponse(
  href: string,
  about: { size?: number; etag?: string; extra?: string } = {},
): string {
  const { size, etag = 'e', extra = '' } = about;
  const kind = size === undefined ? '<d:resourcetype><d:collection/></d:resourcetype>' : '<d:resourcetype/>';
  const length = size === undefined ? '' : `<d:getcontentlength>${size}</d:getcontentlength>`;
  return `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${kind}${length}<d:getetag>"${etag}"</d:getetag>${extra}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
}

const json = (value: unknown): ScriptedAnswer => ({ status: 200, body: JSON.stringify(value) });

/** Answers to the probe of a server of the family; undefined for other requests. */
export function familyProbe(
  request: ScriptedRequest,
  productname: string,
  capabilities: Readonly<Record<string, unknown>>,
): ScriptedAnswer | undefined {
  const { pathname } = request.url;
  if (pathname === '/status.php') return json({ productname, versionstring: '31.0.2', maintenance: false });
  if (pathname.endsWith('/cloud/capabilities')) return json({ ocs: { data: { capabilities } } });
  if (pathname.endsWith('/cloud/user')) return json({ ocs: { data: { id: 'ana' } } });
  return undefined;
}

/** Opens the folder `/f` of a scripted server. */
export async function openScripted(
  kind: 'holdfast' | 'nextcloud' | 'webdav',
  script: Script,
): Promise<{ remote: Remote; requests: ScriptedRequest[] }> {
  const { fetch, requests } = scriptedFetch(
    (request) => probeAnswer(kind, request, requests) ?? script(request),
  );
  const remote = await openRemote({
    url: 'https://files.example/f',
    user: 'ana',
    secret: async () => 'secret',
    fetch,
    clock: manualClock(),
  });
  requests.length = 0;
  probed.add(requests);
  return { remote, requests };
}

/** Logs of requests whose probe is over: from then on the script answers everything. */
const probed = new WeakSet<ScriptedRequest[]>();

function probeAnswer(
  kind: 'holdfast' | 'nextcloud' | 'webdav',
  request: ScriptedRequest,
  requests: ScriptedRequest[],
): ScriptedAnswer | undefined {
  if (probed.has(requests)) return undefined;
  if (kind === 'webdav') {
    if (request.method === 'PROPFIND') return multistatus(davResponse('/f/'));
    return { status: 404 };
  }
  if (kind === 'nextcloud' && request.method === 'PROPFIND') {
    const extra = '<oc:id>00000002ocabc</oc:id><oc:data-fingerprint>fp</oc:data-fingerprint>';
    return multistatus(davResponse('/remote.php/dav/files/ana/', { extra }));
  }
  const holdfast = kind === 'holdfast' ? { holdfast: { instanceId: 'inst', epoch: 'ep', version: '1' } } : {};
  const answer = familyProbe(request, kind, { dav: { chunking: '1.0' }, ...holdfast });
  return answer ?? { status: 404 };
}
