import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type DavRequests, davRequests } from './support/dav-requests.ts';
import { type NodeWithAccount, nodeWithAccount } from './support/node-with-account.ts';
import { pseudoRandom } from './support/pseudo-random.ts';
import { sha256 } from './support/read-tree.ts';

/** Requests of the account to the file tree, and to another mount with the same account. */
function requestsOf(world: NodeWithAccount): { dav: DavRequests; under: (mount: string) => DavRequests } {
  const { node, account } = world;
  const under = (mount: string) => davRequests(`${node.url}${mount}`, account.name, account.token);
  return { under, dav: under(`/remote.php/dav/files/${account.name}`) };
}

/** The quoted etag of a path. */
async function etagOf(dav: DavRequests, path: string): Promise<string> {
  const answer = await dav.send('PROPFIND', path, { headers: { depth: '0' } });
  const text = (await answer.text()).replaceAll('&quot;', '"');
  return /getetag>("[^"]+")</.exec(text)?.[1] ?? '';
}

test('what a Nextcloud client asks first is answered', async () => {
  await using world = await nodeWithAccount('dialect');
  const { under } = requestsOf(world);
  const root = under('');
  const status = (await (await fetch(`${world.node.url}/status.php`)).json()) as Record<string, unknown>;
  expect(status).toMatchObject({ installed: true, maintenance: false, needsDbUpgrade: false });
  for (const version of ['v1', 'v2']) {
    const ask = (path: string) =>
      fetch(`${root.urlOf('')}ocs/${version}.php/cloud/${path}?format=json`, {
        headers: { 'ocs-apirequest': 'true', authorization: `Bearer ${world.account.token}` },
      });
    const capabilities = JSON.stringify(await (await ask('capabilities')).json());
    expect(capabilities).toContain('"chunking":"1.0"');
    const user = (await (await ask('user')).json()) as { ocs: { data: { id: string } } };
    expect(user.ocs.data.id).toBe(world.account.name);
    const xml = await fetch(`${root.urlOf('')}ocs/${version}.php/cloud/user`, {
      headers: { 'ocs-apirequest': 'true', authorization: `Bearer ${world.account.token}` },
    });
    expect(await xml.text()).toMatch(/<id>alice<\/id>/);
  }
  const odd = `<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:id/><oc:permissions/><oc:dDC/></d:prop>M</d:propfind>`;
  const answer = await under('/remote.php/webdav').send('PROPFIND', '', {
    headers: { depth: '0' },
    body: odd,
  });
  const text = await answer.text();
  expect(answer.status).toBe(207);
  expect(text).toContain('RGDNVCK');
  expect(text).toMatch(/404 Not Found/);
});

test('a write gives back etag, id and times; etags change up to the root and not beside', async () => {
  await using world = await nodeWithAccount('dialect');
  const { dav } = requestsOf(world);
  for (const path of ['a', 'a/b', 'beside']) expect(await dav.status('MKCOL', path)).toBe(201);
  const before = await Promise.all(['', 'a', 'a/b', 'beside'].map((path) => etagOf(dav, path)));
  const put = await dav.send('PUT', 'a/b/file', { body: 'hello', headers: { 'x-oc-mtime': '1577836800' } });
  expect(put.status).toBe(201);
  expect(put.headers.get('x-oc-mtime')).toBe('accepted');
  expect(put.headers.get('oc-fileid')).toMatch(/^\d{8,}[a-z]/);
  expect(put.headers.get('oc-etag')).toBe(put.headers.get('etag'));
  const after = await Promise.all(['', 'a', 'a/b', 'beside'].map((path) => etagOf(dav, path)));
  expect(after.map((etag, i) => etag !== before[i])).toEqual([true, true, true, false]);
  expect(await etagOf(dav, 'a/b/file')).toBe(put.headers.get('etag'));

  const stale = { 'if-match': '"nothing"' };
  expect(await dav.status('PUT', 'a/b/file', { body: 'x', headers: stale })).toBe(412);
  const move = await dav.send('MOVE', 'a/b/file', {
    headers: { destination: new URL(dav.urlOf('beside/file')).pathname },
  });
  expect(move.status).toBe(201);
  expect(move.headers.get('oc-fileid')).toBe(put.headers.get('oc-fileid'));
  expect(await etagOf(dav, 'beside/file')).toBe(put.headers.get('etag'));
  const got = await dav.send('GET', 'beside/file', { headers: { range: 'bytes=1-3' } });
  expect([got.status, await got.text()]).toEqual([206, 'ell']);
  expect(got.headers.get('last-modified')).toBe('Wed, 01 Jan 2020 00:00:00 GMT');
});

const chunkNames: Readonly<Record<string, (index: number, offset: number) => string>> = {
  'by index, as nextcloudcmd': (index) => String(index).padStart(16, '0'),
  'by offset, as owncloudcmd': (_, offset) => String(offset).padStart(16, '0'),
  'numbered, as version 2': (index) => String(index + 1),
};

for (const [label, nameOf] of Object.entries(chunkNames)) {
  test(`a chunked upload with chunks named ${label}`, async () => {
    await using world = await nodeWithAccount('dialect');
    const { dav, under } = requestsOf(world);
    const uploads = under(`/remote.php/dav/uploads/${world.account.name}`);
    const content = pseudoRandom(label).bytes(12_500_000);
    const destination = dav.urlOf('chunked file');
    expect(await uploads.status('MKCOL', '4711', { headers: { destination } })).toBe(201);
    const size = 1_000_000;
    // Out of order, and one of them twice.
    const offsets = Array.from({ length: 13 }, (_, i) => i * size).reverse();
    for (const offset of [...offsets, 0]) {
      const body = content.subarray(offset, offset + size);
      const headers = { 'oc-chunk-offset': String(offset), destination };
      const status = await uploads.status('PUT', `4711/${nameOf(offset / size, offset)}`, { body, headers });
      expect([201, 204]).toContain(status);
    }
    const headers = { destination, 'oc-total-length': String(content.length), 'x-oc-mtime': '1577836800' };
    const wrong = { ...headers, 'oc-checksum': `SHA256:${'0'.repeat(64)}` };
    expect(await uploads.status('MOVE', '4711/.file', { headers: wrong })).toBe(400);
    expect(await dav.status('HEAD', 'chunked file')).toBe(404);
    const right = { ...headers, 'oc-checksum': `SHA256:${sha256(content)}` };
    const done = await uploads.send('MOVE', '4711/.file', { headers: right });
    expect([done.status, done.headers.get('oc-fileid') !== null]).toEqual([201, true]);
    expect(sha256(await dav.read('chunked file'))).toBe(sha256(content));
    expect(await uploads.status('PROPFIND', '4711', { headers: { depth: '1' } })).toBe(404);
  });
}

test('a bulk upload with an empty file in it', async () => {
  await using world = await nodeWithAccount('dialect');
  const { dav, under } = requestsOf(world);
  expect(await dav.status('MKCOL', 'bulk')).toBe(201);
  const files = new Map([
    ['/bulk/one.txt', 'hello\n'],
    ['/bulk/empty.txt', ''],
    ['/bulk/zwei ü.txt', 'zwei'],
  ]);
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const parts = [...files].map(
    ([path, text]) =>
      `--limit\r\nContent-Length: ${Buffer.byteLength(text)}\r\nContent-Type: application/octet-stream\r\n` +
      `X-File-MD5: ${md5(text)}\r\nX-File-Mtime: 1577836800\r\nX-File-Path: ${path}\r\n\r\n${text}\r\n`,
  );
  const answer = await under('/remote.php/dav').send('POST', 'bulk', {
    headers: { 'content-type': 'multipart/related; boundary="limit"' },
    body: `${parts.join('')}--limit--\r\n`,
  });
  expect(answer.status).toBe(200);
  const told = (await answer.json()) as Record<string, { error: boolean; etag: string }>;
  for (const [path, text] of files) {
    expect(told[path]?.error, path).toBe(false);
    expect((await dav.read(path.slice(1))).toString()).toBe(text);
  }
});

test('the change feed (RFC 6578) tells what is new and what is gone', async () => {
  await using world = await nodeWithAccount('dialect');
  const { dav } = requestsOf(world);
  const report = async (token: string) => {
    const body = `<d:sync-collection xmlns:d="DAV:"><d:sync-token>${token}</d:sync-token><d:sync-level>infinite</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>`;
    const answer = await dav.send('REPORT', '', { headers: { depth: '0' }, body });
    const text = await answer.text();
    return { status: answer.status, text, token: /sync-token>([^<]+)</.exec(text)?.[1] ?? '' };
  };
  expect(await dav.status('PUT', 'old', { body: 'old' })).toBe(201);
  const first = await report('');
  expect([first.status, first.text.includes('/old<')]).toEqual([207, true]);
  expect(await dav.status('PUT', 'new', { body: 'new' })).toBe(201);
  expect(await dav.status('DELETE', 'old')).toBe(204);
  const second = await report(first.token);
  expect(second.text).toContain('/new<');
  expect(second.text).toMatch(/\/old<[\s\S]*404/);
  expect((await report('http://nonsense/')).status).toBe(403);
});
