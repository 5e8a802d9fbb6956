import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic } from '../testing/open-test-server.ts';
import { rawConnection } from '../testing/raw-exchange.ts';
import { type DavWorld, openDavWorld } from './testing/dav-world.ts';

let dav: DavWorld;
let port: number;
beforeAll(async () => {
  dav = await openDavWorld();
  port = await dav.server.listen();
});
afterAll(() => dav.close());

const hash = (kind: string, body: string) => createHash(kind).update(body).digest('hex');

describe('PUT', () => {
  test('201 for a new file, 204 for a replaced one, with everything a client wants to know', async () => {
    const made = await dav.send('PUT', '/put/new.txt', {
      body: 'one',
      headers: { 'x-nc-webdav-automkcol': '1' },
    });
    expect(made.statusCode).toBe(201);
    expect(made.headers['oc-fileid']).toMatch(/^\d{8,}[a-z0-9]+$/);
    expect(made.headers.etag).toMatch(/^"[^"]+"$/);
    expect(made.headers['oc-etag']).toBe(made.headers.etag);
    const again = await dav.send('PUT', '/put/new.txt', { body: 'two' });
    expect(again.statusCode).toBe(204);
    expect(again.headers['oc-fileid']).toBe(made.headers['oc-fileid']);
    expect(again.headers.etag).not.toBe(made.headers.etag);
    expect((await dav.send('GET', '/put/new.txt')).body).toBe('two');
  });

  test('an empty file', async () => {
    expect((await dav.send('PUT', '/empty', { body: '' })).statusCode).toBe(201);
    const got = await dav.send('GET', '/empty');
    expect([got.statusCode, got.body, got.headers['content-length']]).toEqual([200, '', '0']);
  });

  test('R14 X-OC-MTime is taken to the nanosecond and said to be', async () => {
    for (const time of ['1719930000.123456789', '-86400', '0', '4102444800.5']) {
      const put = await dav.send('PUT', '/mtime', { body: 'x', headers: { 'x-oc-mtime': time } });
      expect(put.headers['x-oc-mtime']).toBe('accepted');
      const found = await dav.propfind('/mtime', '<hf:mtime/><d:getlastmodified/>');
      expect(found.body).toMatch(new RegExp(`<hf:mtime>${time}0*</hf:mtime>`));
    }
  });

  test('the executable mark', async () => {
    await dav.send('PUT', '/tool', { body: '#!', headers: { 'hf-executable': '1' } });
    expect((await dav.propfind('/tool', '<hf:executable/>')).body).toContain(
      '<hf:executable>1</hf:executable>',
    );
  });

  test('the link mark, which only those who know it set, and a plain write takes away', async () => {
    const isLink = async (path: string) =>
      /<hf:link>(\d)</.exec((await dav.propfind(path, '<hf:link/>')).body)?.[1];
    await dav.send('PUT', '/link', { body: '../target', headers: { 'hf-link': '1' } });
    expect(await isLink('/link')).toBe('1');
    expect((await dav.send('GET', '/link')).body).toBe('../target');
    await dav.send('MOVE', '/link', { headers: { destination: '/remote.php/webdav/moved' } });
    await dav.send('COPY', '/moved', { headers: { destination: '/remote.php/webdav/copied' } });
    expect([await isLink('/moved'), await isLink('/copied')]).toEqual(['1', '1']);
    await dav.send('PUT', '/moved', { body: 'a text' });
    expect(await isLink('/moved')).toBe('0');
    await dav.send('PUT', '/moved', { body: 'again', headers: { 'hf-link': '1' } });
    expect(await isLink('/moved')).toBe('1');
    expect((await dav.propfind('/', '<hf:link/>', { depth: '1' })).body).toContain('<hf:link>1</hf:link>');
  });

  test.each([
    ['hf-link', 'yes'],
    ['x-oc-mtime', 'yesterday'],
    ['x-oc-mtime', '1e9'],
    ['x-oc-ctime', 'NaN'],
    ['oc-checksum', 'SHA1:short'],
    ['oc-checksum', 'nonsense'],
    ['oc-total-length', '-1'],
    ['oc-total-length', '4'],
    ['hf-executable', 'yes'],
    ['content-range', 'bytes 0-2/3'],
    ['if-match', '"open'],
    ['if', 'nonsense'],
  ])('400 for %s: %s, and nothing is changed', async (header, value) => {
    const put = await dav.send('PUT', '/refused', { body: 'abc', headers: { [header]: value } });
    expect(put.statusCode).toBe(400);
    expect(put.headers['content-type']).toContain('application/xml');
    expect((await dav.send('GET', '/refused')).statusCode).toBe(404);
  });

  test('OC-Checksum is verified', async () => {
    const good = (kind: string, name: string) => `${name}:${hash(kind, 'abc')}`;
    for (const checksum of [
      good('sha1', 'SHA1'),
      good('md5', 'md5'),
      good('sha256', 'SHA256'),
      'ADLER32:024d0127',
    ]) {
      const put = await dav.send('PUT', '/sum', { body: 'abc', headers: { 'oc-checksum': checksum } });
      expect(put.statusCode).toBeLessThan(300);
    }
    const bad = await dav.send('PUT', '/sum-bad', {
      body: 'abc',
      headers: { 'oc-checksum': `SHA1:${hash('sha1', 'abd')}` },
    });
    expect(bad.statusCode).toBe(400);
    expect(bad.body).toContain('The computed checksum does not match the one received from the client.');
    expect((await dav.send('GET', '/sum-bad')).statusCode).toBe(404);
  });

  test('X-Hash names the hashes of what has arrived', async () => {
    const all = await dav.send('PUT', '/hashed', { body: 'abc', headers: { 'x-hash': 'all' } });
    for (const kind of ['md5', 'sha1', 'sha256']) {
      expect(all.headers[`x-hash-${kind}`]).toBe(hash(kind, 'abc'));
    }
    const one = await dav.send('PUT', '/hashed', { body: 'abd', headers: { 'x-hash': 'sha256' } });
    expect(one.headers['x-hash-sha256']).toBe(hash('sha256', 'abd'));
    expect(one.headers['x-hash-md5']).toBeUndefined();
  });

  test('conditions', async () => {
    const first = await dav.send('PUT', '/cond', { body: '1', headers: { 'if-none-match': '*' } });
    expect(first.statusCode).toBe(201);
    const etag = String(first.headers.etag);
    const put = (headers: Record<string, string>) => dav.send('PUT', '/cond', { body: '2', headers });
    expect((await put({ 'if-none-match': '*' })).statusCode).toBe(412);
    expect((await put({ 'if-match': '"other"' })).statusCode).toBe(412);
    expect((await put({ 'if-match': `W/${etag}` })).statusCode).toBe(412);
    expect((await put({ 'if-unmodified-since': 'Sun, 06 Nov 1994 08:49:37 GMT' })).statusCode).toBe(412);
    expect((await put({ if: '(["other"])' })).statusCode).toBe(412);
    expect((await put({ if: '<http://elsewhere.example/x> (["other"])' })).statusCode).toBe(412);
    expect((await put({ 'if-match': `"other", ${etag}` })).statusCode).toBe(204);
    const missing = await dav.send('PUT', '/cond-none', { body: 'x', headers: { 'if-match': '*' } });
    expect(missing.statusCode).toBe(412);
  });

  test.each([
    ['/no-such-folder/file', 409],
    ['/', 409],
    ['/a%2Fb', 400],
    ['/a%00b', 400],
    ['/%ff', 400],
    [`/${'n'.repeat(300)}`, 414],
  ])('%s is answered with %d', async (path, status) => {
    expect((await dav.send('PUT', path, { body: 'x' })).statusCode).toBe(status);
  });

  test('on a folder, below a file, with a content coding', async () => {
    await dav.send('MKCOL', '/folder');
    await dav.send('PUT', '/file', { body: 'x' });
    expect((await dav.send('PUT', '/folder', { body: 'x' })).statusCode).toBe(409);
    expect((await dav.send('PUT', '/file/below', { body: 'x' })).statusCode).toBe(409);
    const coded = await dav.send('PUT', '/gz', { body: 'x', headers: { 'content-encoding': 'gzip' } });
    expect(coded.statusCode).toBe(415);
  });

  test('507 when it does not fit, before the bytes are taken', async () => {
    const put = await dav.send('PUT', '/big', { as: 'poor', body: 'x'.repeat(2000) });
    expect(put.statusCode).toBe(507);
    expect(put.body).toContain('<d:quota-not-exceeded/>');
  });
});

describe('PUT on a connection', () => {
  const head = (path: string, length: number, extra = '') =>
    `PUT /remote.php/webdav${path} HTTP/1.1\r\nHost: h\r\nAuthorization: ${basic('ann')}\r\nContent-Length: ${length}\r\n${extra}\r\n`;

  test.each(['/a/%2e%2e/b', '/a/../b', '/x#y', '/a%2f..%2fb', '/a\\..%5c%00'])(
    'S21 %s, as no library would send it, is 400',
    async (path) => {
      const connection = await rawConnection(port);
      connection.send(`${head(path, 1)}x`);
      expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1.1 400 /);
      connection.socket.destroy();
    },
  );

  test('R19 a body that is cut off changes nothing', async () => {
    const connection = await rawConnection(port);
    connection.send(`${head('/cut', 100)}only this`);
    connection.socket.end();
    expect(await connection.ended()).not.toMatch(/ 20\d /);
    expect((await dav.send('GET', '/cut')).statusCode).toBe(404);
  });

  test('Expect: 100-continue is refused before the body when a condition fails, asked for otherwise', async () => {
    await dav.send('PUT', '/expect', { body: 'old' });
    const refused = await rawConnection(port);
    refused.send(head('/expect', 3, 'Expect: 100-continue\r\nIf-None-Match: *\r\n'));
    expect(await refused.ended()).toMatch(/^HTTP\/1.1 412 /);
    const asked = await rawConnection(port);
    asked.send(head('/expect', 3, 'Expect: 100-continue\r\n'));
    await asked.until(/100 Continue\r\n\r\n/);
    asked.send('new');
    expect(await asked.until(/HTTP\/1.1 204 /)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 204 /);
    asked.socket.destroy();
    expect((await dav.send('GET', '/expect')).body).toBe('new');
  });
});
