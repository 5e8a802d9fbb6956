import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavWorld, openDavWorld } from './testing/dav-world.ts';

let dav: DavWorld;
beforeAll(async () => {
  dav = await openDavWorld();
  await dav.send('MKCOL', '/bk');
});
afterAll(() => dav.close());

const boundary = 'boundary_.oOo._R6WkZ/5JObwYypNYAB813sN8h/29uIpy';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

function part(path: string, body: string, headers: Record<string, string> = {}): string {
  const all: Record<string, string> = {
    'Content-Length': String(Buffer.byteLength(body)),
    'Content-Type': 'application/octet-stream',
    'X-File-MD5': md5(body),
    'X-File-Mtime': '1795423832',
    'X-File-Path': path,
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === '' ? [] : [`${name}: ${value}\r\n`],
  );
  return `--${boundary}\r\n${lines.join('')}\r\n${body}\r\n`;
}
const post = (body: string, type = `multipart/related; boundary="${boundary}"`) =>
  dav.send('POST', '/remote.php/dav/bulk', { body, headers: { 'content-type': type } });
const end = `--${boundary}--\r\n`;

describe('bulk upload', () => {
  test('files small, empty, with odd names and with the boundary in them', async () => {
    const answer = await post(
      part('/bk/one.txt', 'hello\n') +
        part('/bk/zwei ü %41.txt', `\r\n--${boundary}--\r\n`) +
        part('bk/empty', '') +
        end,
    );
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('application/json');
    const said = answer.json();
    expect(Object.keys(said).sort()).toEqual(['/bk/one.txt', '/bk/zwei ü %41.txt', 'bk/empty']);
    expect(said['/bk/one.txt']).toMatchObject({
      error: false,
      permissions: 'RGDNVW',
      'X-OC-MTime': 'accepted',
    });
    expect(said['/bk/one.txt'].fileid).toMatch(/^\d{8,}/);
    const got = await dav.send('GET', '/bk/one.txt');
    expect([got.body, got.headers.etag]).toEqual(['hello\n', `"${said['/bk/one.txt'].etag}"`]);
    expect(got.headers['last-modified']).toBe(new Date(1_795_423_832_000).toUTCString());
    expect((await dav.send('GET', '/bk/zwei%20%C3%BC%20%2541.txt')).body).toBe(`\r\n--${boundary}--\r\n`);
    expect((await dav.send('GET', '/bk/empty')).body).toBe('');
  });

  test('each file fails on its own', async () => {
    await dav.send('PUT', '/bk/there', { body: 'old' });
    const answer = await post(
      part('/bk/there', 'new') +
        part('/no/such/folder/x', 'x') +
        part('/bk/sum', 'x', { 'X-File-MD5': md5('y') }) +
        part('/bk/../escape', 'x') +
        part('/bk/time', 'x', { 'X-File-Mtime': 'soon' }) +
        part('/bk/good', 'x', { 'X-File-MD5': '', 'OC-Checksum': `MD5:${md5('x')}` }) +
        end,
    );
    expect(answer.statusCode).toBe(200);
    const failed = Object.entries(answer.json() as Record<string, { error: boolean; message?: string }>)
      .filter(([, { error, message }]) => error && message)
      .map(([name]) => name);
    expect(failed.sort()).toEqual(['/bk/../escape', '/bk/sum', '/bk/there', '/bk/time', '/no/such/folder/x']);
    expect((await dav.send('GET', '/bk/there')).body).toBe('old');
    expect((await dav.send('GET', '/bk/good')).statusCode).toBe(200);
  });

  test('a file is replaced only with its etag', async () => {
    const etag = String((await dav.send('PUT', '/bk/mine', { body: 'old' })).headers.etag);
    const answer = await post(part('/bk/mine', 'new', { 'If-Match': etag }) + end);
    expect(answer.json()['/bk/mine'].error).toBe(false);
    expect((await dav.send('GET', '/bk/mine')).body).toBe('new');
  });

  test('a batch of 200, and one part beyond the small ones', async () => {
    const many = Array.from({ length: 200 }, (_, i) => part(`/bk/n${i}`, `body ${i}`)).join('');
    const answer = await post(many + part('/bk/large', 'y'.repeat(1_200_000)) + end);
    expect(
      Object.values(answer.json() as Record<string, { error: boolean }>).filter(({ error }) => error),
    ).toEqual([]);
    expect((await dav.send('HEAD', '/bk/large')).headers['content-length']).toBe('1200000');
  });

  test('S21 broken framing is 400, and what came before it is told', async () => {
    const good = part('/bk/before', 'x');
    const broken = await post(`${good}garbage\r\n`);
    expect(broken.statusCode).toBe(400);
    expect(broken.json()['/bk/before'].error).toBe(false);
    for (const body of [
      '',
      'nothing',
      `--${boundary}\r\n`,
      `--${boundary}\r\nX-File-Path: /bk/x\r\n\r\nx\r\n${end}`,
      `--${boundary}\r\nno colon\r\n\r\n${end}`,
      part('/bk/short', 'xyz', { 'Content-Length': '2' }) + end,
      part('/bk/cut', 'x', { 'Content-Length': '2000' }),
      part('/bk/minus', 'x', { 'Content-Length': '-1' }) + end,
      part('', 'x') + end,
      `--${boundary}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      `--other\r\n\r\n`,
    ]) {
      expect([body.slice(0, 80), (await post(body)).statusCode]).toEqual([body.slice(0, 80), 400]);
    }
    expect((await post(good + end, 'multipart/related')).statusCode).toBe(400);
    expect((await post(good + end, 'text/plain')).statusCode).toBe(415);
    expect((await dav.send('GET', '/bk/cut')).statusCode).toBe(404);
  });
});
