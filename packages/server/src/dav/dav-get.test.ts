import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavWorld, openDavWorld } from './testing/dav-world.ts';

let dav: DavWorld;
let etag: string;
const text = '0123456789';
beforeAll(async () => {
  dav = await openDavWorld();
  const put = await dav.send('PUT', '/digits.txt', { body: text, headers: { 'x-oc-mtime': '1700000000.5' } });
  etag = String(put.headers.etag);
});
afterAll(() => dav.close());

const get = (headers: Record<string, string> = {}, path = '/digits.txt') =>
  dav.send('GET', path, { headers });

describe('GET', () => {
  test('tells everything a client verifies with, and lets nothing run', async () => {
    const got = await get();
    expect(got.statusCode).toBe(200);
    expect(got.body).toBe(text);
    expect(got.headers).toMatchObject({
      etag,
      'oc-etag': etag,
      'accept-ranges': 'bytes',
      'content-length': '10',
      'content-type': 'text/plain',
      'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    expect(got.headers['oc-checksum']).toMatch(/^SHA256:[0-9a-f]{64}$/);
    expect(got.headers['content-disposition']).toMatch(/^attachment; /);
  });

  test('OC-Checksum is of the kind that the uploader named', async () => {
    const sha1 = 'SHA1:a9993e364706816aba3e25717850c26c9cd0d89d';
    await dav.send('PUT', '/abc', { body: 'abc', headers: { 'oc-checksum': sha1 } });
    expect((await get({}, '/abc')).headers['oc-checksum']).toBe(sha1);
  });

  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=-50', text, 'bytes 0-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
  ])('Range: %s', async (range, body, contentRange) => {
    const got = await get({ range });
    expect([got.statusCode, got.body, got.headers['content-range']]).toEqual([206, body, contentRange]);
    expect(got.headers['content-length']).toBe(String(body.length));
  });

  test.each(['bytes=10-', 'bytes=50-60', 'bytes=-0'])('416 for %s', async (range) => {
    const got = await get({ range });
    expect([got.statusCode, got.headers['content-range']]).toEqual([416, 'bytes */10']);
  });

  test.each(['bytes=0-1,3-4', 'bytes=3-1', 'lines=0-1', 'bytes=x'])(
    'the whole file for %s',
    async (range) => {
      const got = await get({ range });
      expect([got.statusCode, got.body]).toEqual([200, text]);
    },
  );

  test('the whole empty file for any range', async () => {
    await dav.send('PUT', '/none', { body: '' });
    expect((await get({ range: 'bytes=0-' }, '/none')).statusCode).toBe(200);
  });

  test('If-Range', async () => {
    const range = 'bytes=0-0';
    expect((await get({ range, 'if-range': etag })).statusCode).toBe(206);
    expect((await get({ range, 'if-range': '"other"' })).statusCode).toBe(200);
    expect((await get({ range, 'if-range': `W/${etag}` })).statusCode).toBe(200);
    expect((await get({ range, 'if-range': 'Tue, 14 Nov 2023 22:13:20 GMT' })).statusCode).toBe(206);
    expect((await get({ range, 'if-range': 'Sun, 06 Nov 1994 08:49:37 GMT' })).statusCode).toBe(200);
  });

  test('304 and 412', async () => {
    const cases: [Record<string, string>, number][] = [
      [{ 'if-none-match': etag }, 304],
      [{ 'if-none-match': `"x", W/${etag}` }, 304],
      [{ 'if-none-match': '*' }, 304],
      [{ 'if-none-match': '"x"' }, 200],
      [{ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:20 GMT' }, 304],
      [{ 'if-modified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 200],
      [{ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:20 GMT', 'if-none-match': '"x"' }, 200],
      [{ 'if-match': etag }, 200],
      [{ 'if-match': '"x"' }, 412],
      [{ 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 412],
      [{ 'if-none-match': '"open' }, 400],
    ];
    for (const [headers, status] of cases)
      expect([headers, (await get(headers)).statusCode]).toEqual([headers, status]);
    const same = await get({ 'if-none-match': etag });
    expect([same.body, same.headers.etag]).toEqual(['', etag]);
  });

  test('404, and 404 for the tree of somebody else', async () => {
    expect((await get({}, '/nothing')).statusCode).toBe(404);
    expect((await get({}, '/remote.php/dav/files/poor/x')).statusCode).toBe(404);
    expect((await get({}, '/remote.php/dav/files/nobody/')).statusCode).toBe(404);
  });

  test('the same file through every mount', async () => {
    for (const mount of ['/remote.php/dav/files/ann', '/remote.php/webdav', '/dav']) {
      expect((await get({}, `${mount}/digits.txt`)).body).toBe(text);
    }
  });

  test('S21 a name cannot write headers or markup', async () => {
    const name = 'a"b\'; <script>x\\ü.html';
    const path = `/odd/${encodeURIComponent(name)}`;
    await dav.send('PUT', path, { body: '<script>', headers: { 'x-nc-webdav-automkcol': '1' } });
    const got = await get({}, path);
    expect(got.headers['content-disposition']).toBe(
      `attachment; filename*=UTF-8''a%22b%27%3B%20%3Cscript%3Ex%5C%C3%BC.html; filename="a_b'; <script>x__.html"`,
    );
    const page = await get({}, '/odd/');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/);
    expect(page.body).not.toContain('<script>');
    expect(page.body).toContain('a&quot;b');
  });
});

test('HEAD is GET without the body', async () => {
  const head = await dav.send('HEAD', '/digits.txt');
  expect([head.statusCode, head.body, head.headers['content-length'], head.headers.etag]).toEqual([
    200,
    '',
    '10',
    etag,
  ]);
  const folder = await dav.send('HEAD', '/');
  expect([folder.statusCode, folder.body]).toEqual([200, '']);
  expect((await dav.send('HEAD', '/nothing')).statusCode).toBe(404);
});

test('OPTIONS names the classes', async () => {
  const options = await dav.send('OPTIONS', '/');
  expect(options.headers).toMatchObject({ dav: '1, 2, 3, extended-mkcol', 'ms-author-via': 'DAV' });
  expect(options.headers.allow).toContain('PROPFIND');
});

test('405 with Allow for what is not possible', async () => {
  const answer = await dav.send('POST', '/digits.txt', { body: 'x' });
  expect(answer.statusCode).toBe(405);
  expect(answer.headers.allow).toContain('PUT');
});
