import { manualClock } from '@holdfast/base/testing';
import { describe, expect, it } from 'vitest';
import { openRemote } from './open-remote.ts';
import { davResponse, familyProbe, multistatus } from './testing/fake-servers.ts';
import { type ScriptedAnswer, type ScriptedRequest, scriptedFetch } from './testing/scripted-fetch.ts';

type Script = (request: ScriptedRequest) => ScriptedAnswer | undefined;

function probing(url: string, script: Script, secret = async () => 'secret') {
  const { fetch, requests } = scriptedFetch((request) => script(request) ?? { status: 404 });
  const remote = openRemote({ url, user: 'ana', secret, fetch, clock: manualClock() });
  return { remote, requests };
}

const holdfast = {
  dav: { chunking: '1.0' },
  holdfast: { instanceId: 'inst', epoch: 'ep', version: '0.1.0' },
};

/** A server of the family below `prefix`. */
function family(productname: string, capabilities: object, prefix = ''): Script {
  return (request) => {
    if (!request.url.pathname.startsWith(prefix)) return undefined;
    const url = new URL(request.url.pathname.slice(prefix.length) || '/', request.url);
    if (request.method === 'PROPFIND') {
      const extra = '<oc:id>00000002ocabc</oc:id><oc:data-fingerprint>fp1</oc:data-fingerprint>';
      return multistatus(davResponse(request.url.pathname, { extra }));
    }
    return familyProbe({ ...request, url }, productname, { ...capabilities });
  };
}

describe('probing an address', () => {
  it.each([
    'https://files.example',
    'https://files.example/',
    'files.example',
    'https://files.example/remote.php/dav/files/ana',
    'https://files.example/remote.php/webdav/',
  ])('finds our node at %s', async (url) => {
    const { remote } = probing(url, family('Holdfast', holdfast));
    expect((await remote).profile).toMatchObject({
      kind: 'holdfast',
      identity: 'holdfast:inst/ana',
      epoch: 'ep',
      discovery: 'feed',
      mtime: 'ns',
      encrypted: true,
    });
  });

  it.each([
    ['https://files.example/cloud/remote.php/dav/files/ana/a%20b/c', '/cloud', '/a%20b/c'],
    ['https://files.example/cloud/index.php/remote.php/webdav/x', '/cloud', '/x'],
    ['https://files.example/cloud/photos/2024/', '/cloud', '/photos/2024'],
    ['https://files.example/', '', ''],
  ])('takes the rest of %s for the folder', async (url, prefix, rest) => {
    const { remote, requests } = probing(url, family('Nextcloud', {}, prefix));
    expect((await remote).profile).toMatchObject({
      kind: 'nextcloud',
      identity: 'nextcloud:00000002ocabc/ana',
      epoch: 'fp1',
      discovery: 'etag-walk',
      chunkAbove: undefined,
    });
    await (await remote).stat('file');
    expect(requests.at(-1)?.url.pathname).toBe(`${prefix}/remote.php/dav/files/ana${rest}/file`);
  });

  it('tells ownCloud from Nextcloud', async () => {
    const { remote } = probing('https://files.example', family('ownCloud', { dav: { chunking: '1.0' } }));
    expect((await remote).profile).toMatchObject({ kind: 'owncloud', chunkAbove: 48 * 1024 * 1024 });
  });

  it('finds a plain DAV folder, also one that has still to be made', async () => {
    const script: Script = ({ method, url }) => {
      if (method !== 'PROPFIND') return undefined;
      return url.pathname === '/dav/' ? multistatus(davResponse('/dav/')) : undefined;
    };
    for (const url of ['http://127.0.0.1:8080/dav', 'http://127.0.0.1:8080/dav/new/folder']) {
      const { remote } = probing(url, script);
      expect((await remote).profile).toMatchObject({
        kind: 'webdav',
        discovery: 'listing',
        encrypted: false,
      });
    }
  });

  it('makes what is missing on the way to the folder, from the top', async () => {
    const made: string[] = [];
    const { remote } = probing('https://files.example/dav/a/b', ({ method, url }) => {
      if (method === 'MKCOL') made.push(url.pathname);
      if (method === 'MKCOL') return { status: 201 };
      if (method !== 'PROPFIND' || url.pathname !== '/dav/') return undefined;
      return multistatus(davResponse('/dav/'));
    });
    await (await remote).ensureRoot();
    expect(made).toEqual(['/dav/a/', '/dav/a/b/']);
  });

  it.each([
    ['a web page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['nothing', { status: 404 }],
    ['a server without DAV', { status: 405 }],
  ])('says so when there is %s', async (_what, answer) => {
    const { remote } = probing('https://files.example/x', () => answer);
    await expect(remote).rejects.toMatchObject({ code: 'server-answer-odd' });
    await expect(remote).rejects.toThrow('not a file server');
  });

  it('never follows a redirect, and names where it leads; the secret stays', async () => {
    const { remote, requests } = probing('https://files.example/x', () => ({
      status: 302,
      headers: { location: 'https://evil.example/x' },
    }));
    await expect(remote).rejects.toThrow('https://evil.example/x');
    expect(requests.every((request) => request.redirect === 'manual')).toBe(true);
    expect(requests.every((request) => request.url.host === 'files.example')).toBe(true);
  });

  it('sends no secret before it is known what is there', async () => {
    const { remote, requests } = probing('https://files.example', family('Holdfast', holdfast));
    await remote;
    expect(requests[0]?.url.pathname).toBe('/status.php');
    expect(Object.keys(requests[0]?.headers ?? {})).not.toContain('authorization');
    expect(requests[1]?.headers.authorization).toBe(`Basic ${btoa('ana:secret')}`);
  });

  it.each([
    'ftp://files.example',
    'https://',
    'javascript:alert(1)',
    'https://ana:secret@files.example',
    'not an address',
  ])('refuses %s', async (url) => {
    const { remote, requests } = probing(url, () => undefined);
    await expect(remote).rejects.toMatchObject({ code: 'bad-value' });
    expect(requests).toEqual([]);
  });

  it('says when the server is in maintenance, refuses the sign-in, or cannot be reached', async () => {
    const maintenance = probing('https://files.example', () => ({
      status: 200,
      body: JSON.stringify({ productname: 'Nextcloud', maintenance: true }),
    }));
    await expect(maintenance.remote).rejects.toMatchObject({ code: 'unavailable' });
    const refused = probing('https://files.example', (request) =>
      request.url.pathname === '/status.php'
        ? { status: 200, body: '{"productname":"Nextcloud"}' }
        : { status: 401 },
    );
    await expect(refused.remote).rejects.toMatchObject({ code: 'not-signed-in' });
    const away = openRemote({
      url: 'https://files.example',
      user: 'ana',
      secret: async () => 'secret',
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    });
    await expect(away).rejects.toMatchObject({ code: 'server-unreachable' });
  });

  it('asks for the secret again when it is refused, and goes on with a new one', async () => {
    const secrets = ['old', 'new'];
    const script: Script = (request) =>
      request.headers.authorization === `Basic ${btoa('ana:old')}`
        ? { status: 401 }
        : family('Holdfast', holdfast)(request);
    const { remote } = probing('https://files.example', script, async () => secrets.shift() ?? 'new');
    expect((await remote).profile.kind).toBe('holdfast');
  });

  it('signs in with Digest where the server offers nothing else', async () => {
    const { remote, requests } = probing('https://files.example/dav', ({ method, headers }) => {
      if (method !== 'PROPFIND') return undefined;
      const signed =
        Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization')?.[1] ?? '';
      if (signed.startsWith('Digest ')) return multistatus(davResponse('/dav/'));
      return { status: 401, headers: { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' } };
    });
    expect((await remote).profile.kind).toBe('webdav');
    expect(requests.at(-1)?.method).toBe('PROPFIND');
  });
});
