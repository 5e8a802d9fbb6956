import { AppError } from '@holdfast/base';
import type { Files } from '@holdfast/files';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmptyFiles, emptyFiles } from './testing/empty-files.ts';
import { basic, openTestServer, type TestServer } from './testing/open-test-server.ts';
import { type RawConnection, rawConnection } from './testing/raw-exchange.ts';

let store: EmptyFiles;
let server: TestServer;
let connection: RawConnection;

const limits = { bodyIdleTimeoutMs: 1_500, lingerMs: 300, maxUploadBytes: 100_000, maxXmlBytes: 10_000 };

beforeEach(async () => {
  store = emptyFiles();
  server = await openTestServer(store.files, { limits });
  connection = await rawConnection(await server.listen());
});
afterEach(async () => {
  connection.socket.destroy();
  await server.close();
});

const request = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'Host: node.test', ...headers, '', ''].join('\r\n');
const put = (...headers: string[]) => request('PUT /remote.php/webdav/a.txt', ...headers);
const signedIn = `Authorization: ${basic('ann')}`;
const written = async () => {
  await expect.poll(() => store.bodies.length).toBe(1);
  return store.bodies[0];
};

describe('S21 bodies', () => {
  it('arrive whole, with a length and in chunks, and the connection goes on', async () => {
    connection.send(put(signedIn, 'Content-Length: 5'));
    connection.send('hello');
    await connection.until(/507 /);
    connection.send(put(signedIn, 'Transfer-Encoding: chunked'));
    connection.send('3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
    await connection.until(/507 [\s\S]*507 /);
    connection.send(put(signedIn, 'Content-Length: 0'));
    await connection.until(/507 [\s\S]*507 [\s\S]*507 /);
    expect(store.bodies.map(String)).toEqual(['hello', 'abcde', '']);
  });

  it('that are cut off are never taken for whole', async () => {
    connection.send(put(signedIn, 'Content-Length: 50'));
    connection.send('only the beginning');
    await expect.poll(() => store.calls).toContain('write');
    connection.socket.destroy();
    expect(await written()).toMatchObject({ code: 'body-cut-off' });
  });

  it('in chunks that are cut off are never taken for whole', async () => {
    connection.send(put(signedIn, 'Transfer-Encoding: chunked'));
    connection.send('5\r\nhello\r\n');
    await expect.poll(() => store.calls).toContain('write');
    connection.socket.end();
    expect(await written()).toMatchObject({ code: 'body-cut-off' });
  });

  it('in broken chunks are never taken for whole', async () => {
    connection.send(put(signedIn, 'Transfer-Encoding: chunked'));
    connection.send('5\r\nhello\r\n');
    await expect.poll(() => store.calls).toContain('write');
    connection.send('zz\r\nhello\r\n0\r\n\r\n');
    expect(await written()).toMatchObject({ code: 'body-cut-off' });
  });

  it('that stand still are answered with 408 and the connection ends', async () => {
    connection.send(put(signedIn, 'Content-Length: 50'));
    connection.send('only the beginning');
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 408 /);
    await connection.ended();
    expect(await written()).toMatchObject({ code: 'request-timeout' });
  });

  it('that are slow but move get through, however long it takes', async () => {
    connection.send(put(signedIn, 'Content-Length: 8'));
    for (const letter of 'slow one') {
      await new Promise((resolve) => setTimeout(resolve, limits.bodyIdleTimeoutMs / 6));
      connection.send(letter);
    }
    await connection.until(/507 /);
    expect(String(store.bodies[0])).toBe('slow one');
  });

  it('that say they are too large are refused before they come', async () => {
    connection.send(put(signedIn, 'Content-Length: 100001'));
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('that turn out too large are refused, and the sender gets to see why', async () => {
    connection.send(put(signedIn, 'Transfer-Encoding: chunked'));
    for (let i = 0; i < 11; i++) connection.send(`${(10_000).toString(16)}\r\n${'x'.repeat(10_000)}\r\n`);
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 413 /);
    connection.send('0\r\n\r\n');
    connection.send(request('GET /healthz'));
    await connection.until(/200 OK/);
    expect(await written()).toMatchObject({ code: 'body-too-large' });
  });

  it('wait at their sender while the store is slow, which costs no memory and is nobody timing out', async () => {
    const size = 64 * 1024 * 1024;
    let goOn = () => {};
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let received = 0;
    const slow: Files['write'] = async (_actor, _path, body) => {
      for await (const piece of body) {
        received += piece.length;
        await gate;
      }
      throw new AppError('disk-full');
    };
    const files = new Proxy(store.files, {
      get: (target, name) => (name === 'write' ? slow : Reflect.get(target, name)),
    });
    const other = await openTestServer(files, { limits: { bodyIdleTimeoutMs: 400 } });
    const upload = await rawConnection(await other.listen());
    try {
      upload.send(put(signedIn, `Content-Length: ${size}`));
      upload.send(Buffer.alloc(size));
      await new Promise((resolve) => setTimeout(resolve, 900));
      expect(upload.socket.writableLength).toBeGreaterThan(size / 2);
      goOn();
      await upload.until(/ 507 /);
      expect(received).toBe(size);
    } finally {
      upload.socket.destroy();
      await other.close();
    }
  });

  it('of XML have a limit of their own', async () => {
    connection.send(request('PROPFIND /remote.php/webdav/', signedIn, 'Depth: 0', 'Content-Length: 10001'));
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 413 /);
  });
});

describe('S6 refusals', () => {
  it('come before the body, and what follows it is served', async () => {
    connection.send(put('Content-Length: 50'));
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 401 /);
    connection.send('x'.repeat(50));
    connection.send(request('GET /healthz'));
    await connection.until(/200 OK/);
    expect(store.calls).toEqual([]);
  });

  it('reach a client in the middle of an upload; one that never ends is ended', async () => {
    connection.send(put('Transfer-Encoding: chunked'));
    const chunk = `${(1000).toString(16)}\r\n${'x'.repeat(1000)}\r\n`;
    for (let i = 0; i < 200; i++) connection.send(chunk);
    expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 401 /);
    const sending = setInterval(() => connection.send(chunk), 20);
    await connection.ended();
    clearInterval(sending);
    expect(store.calls).toEqual([]);
  });

  it('reach a client that wants the connection closed and is still sending', async () => {
    connection.send(put('Content-Length: 5000000', 'Connection: close'));
    connection.send(Buffer.alloc(2_500_000));
    const answer = await connection.until(/\r\n\r\n/);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    connection.send(Buffer.alloc(1_000));
    expect(await connection.ended()).toMatch(/401 [\s\S]*<\/d:error>/);
  });

  it('spare a client that asks first from sending the body', async () => {
    connection.send(put('Content-Length: 50', 'Expect: 100-continue'));
    const answer = await connection.ended();
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).not.toContain('100 Continue');
  });

  it('ask a client that would otherwise hold its body back, whether it asked for that or not', async () => {
    const agent = 'User-Agent: Mozilla/5.0 (Linux) mirall/3.7.3git (nextcloudcmd)';
    connection.send(put(signedIn, agent, 'Content-Length: 5'));
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    connection.send('hello');
    await connection.until(/507 /);
  });

  it('ask no other client unbidden', async () => {
    connection.send(put(signedIn, 'User-Agent: curl/8', 'Content-Length: 5'));
    connection.send('hello');
    expect(await connection.until(/507 /)).not.toContain('100 Continue');
  });

  it('do not keep a client that is let in from sending the body it announced', async () => {
    connection.send(put(signedIn, 'Content-Length: 5', 'Expect: 100-continue'));
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    connection.send('hello');
    await connection.until(/507 /);
    connection.send(request('GET /healthz'));
    await connection.until(/200 OK/);
    expect(String(store.bodies[0])).toBe('hello');
  });
});
