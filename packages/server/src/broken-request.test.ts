import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyFiles } from './testing/empty-files.ts';
import { basic, openTestServer, type TestServer } from './testing/open-test-server.ts';
import { type RawConnection, rawConnection } from './testing/raw-exchange.ts';

let server: TestServer;
let connection: RawConnection;
let port: number;

beforeEach(async () => {
  server = await openTestServer(emptyFiles().files, {
    limits: { maxHeaderBytes: 20_000, maxUrlLength: 8_000, headersTimeoutMs: 200 },
  });
  port = await server.listen();
  connection = await rawConnection(port);
});
afterEach(async () => {
  connection.socket.destroy();
  await server.close();
});

describe('S21 requests that are none', () => {
  it.each([
    ['noise', '\x16\x03\x01 what is this\r\n\r\n', 400],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n', 400],
    ['two lengths', 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [
      'a length and chunks',
      'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['an odd transfer coding', 'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n', 400],
    ['a bare line feed in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\nb\r\n\r\n', 400],
    ['headers too large', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(21_000)}\r\n\r\n`, 431],
    ['an address too long', `GET /${'x'.repeat(8_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414],
    ['an address that cannot be decoded', 'GET /remote.php/webdav/%ff HTTP/1.1\r\nHost: a\r\n\r\n', 400],
  ])('%s: a clear answer', async (_what, text, status) => {
    connection.send(Buffer.from(text, 'latin1'));
    const answer = await connection.until(/\r\n\r\n/);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer.toLowerCase()).toContain("content-security-policy: default-src 'none'");
  });

  it('no host: refused', async () => {
    connection.send('GET / HTTP/1.1\r\n\r\n');
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('headers that never end: the connection does', async () => {
    connection.send('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    expect(await connection.ended()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('do no harm to the next caller', async () => {
    for (let i = 0; i < 20; i++) {
      const noise = await rawConnection(port);
      noise.send(Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 37 + i * 11) & 0xff)));
      noise.socket.end();
      await noise.ended();
    }
    connection.send('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await connection.until(/200 OK/);
  });

  it('credentials with control characters or broken base64 are refused like wrong ones', async () => {
    for (const odd of [
      'Basic',
      'Basic ',
      'Basic ====',
      'Bearer',
      `Basic ${basic('a\0b').slice(6)}`,
      'x y z',
    ]) {
      const answer = await server.app.inject({
        url: '/remote.php/webdav/',
        headers: { authorization: odd },
      });
      expect(answer.statusCode, odd).toBe(401);
    }
  });
});

describe('the server', () => {
  it('closes while idle connections are open', async () => {
    connection.send('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await connection.until(/200 OK/);
    await server.app.close();
    await connection.ended();
  });
});
