import { Readable } from 'node:stream';
import type { Files, OpenedFile } from '@holdfast/files';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyFiles } from './testing/empty-files.ts';
import { basic, openTestServer, type TestServer } from './testing/open-test-server.ts';
import { type RawConnection, rawConnection } from './testing/raw-exchange.ts';

let server: TestServer;
let connection: RawConnection;

const start = async (files: Partial<Files>, limits: Parameters<typeof openTestServer>[1]) => {
  const base = emptyFiles().files;
  const merged = new Proxy(base, {
    get: (target, name) => Reflect.get(files, name) ?? Reflect.get(target, name),
  });
  server = await openTestServer(merged, limits);
  connection = await rawConnection(await server.listen());
};
const get = (path: string) =>
  connection.send(`GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${basic('ann')}\r\n\r\n`);

afterEach(async () => {
  connection.socket.destroy();
  await server.close();
});

describe('a connection', () => {
  it('without a request for long is ended', async () => {
    await start({}, { limits: { keepAliveMs: 50 } });
    get('/healthz');
    await connection.until(/ok\n/);
    await connection.ended();
  });

  it('whose handler is busy is left alone', async () => {
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return { used: 1, limit: 2 };
    };
    await start({ quota: slow }, { limits: { bodyIdleTimeoutMs: 100, keepAliveMs: 100 } });
    connection.send(
      `GET /ocs/v2.php/cloud/user HTTP/1.1\r\nHost: a\r\nOCS-APIRequest: true\r\nAuthorization: ${basic('ann')}\r\n\r\n`,
    );
    expect(await connection.until(/<\/ocs>/)).toContain('200 OK');
  });

  it('whose client does not read its answer is ended', async () => {
    let broken: unknown;
    const endless = Readable.from(
      (async function* () {
        try {
          for (;;) yield Buffer.alloc(64 * 1024);
        } finally {
          broken = true;
        }
      })(),
    );
    const node = { ...fileNode, size: 10 ** 12 };
    const read = async (): Promise<OpenedFile> => ({ node, body: endless, range: undefined });
    await start(
      { read, find: async () => node, get: async () => node },
      { limits: { bodyIdleTimeoutMs: 200 } },
    );
    connection.socket.pause();
    get('/remote.php/webdav/large');
    await expect.poll(() => broken, { timeout: 10_000 }).toBe(true);
  });
});

const fileNode: OpenedFile['node'] = {
  id: 7 as OpenedFile['node']['id'],
  parentId: 1 as OpenedFile['node']['id'],
  path: 'large',
  name: 'large',
  kind: 'file',
  size: 0,
  mtime: { s: 1, ns: 0 },
  createdAt: 1,
  etag: 'e',
  checksums: [],
  executable: false,
  favorite: false,
};
