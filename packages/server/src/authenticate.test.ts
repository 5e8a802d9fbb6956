import { request as httpsRequest } from 'node:https';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFiles } from './testing/empty-files.ts';
import { basic, openTestServer, type TestServer } from './testing/open-test-server.ts';
import { testCertificate } from './testing/test-certificate.ts';

const seed = 20_261_123;
const store = emptyFiles();
let server: TestServer;

beforeAll(async () => {
  server = await openTestServer(store.files);
});
afterAll(() => server.close());

const send = (headers: Record<string, string>, method = 'GET', url = '/remote.php/webdav/a') =>
  server.app.inject({ method: method as 'GET', url, headers });

describe('S21 credentials', () => {
  it('of any form get 401 or 429, never more', async () => {
    const header = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: 'binary' }).map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
      fc.uint8Array().map((bytes) => `basic ${Buffer.from(bytes).toString('base64url')}`),
      fc.string({ unit: 'binary-ascii' }).map((text) => `Bearer ${text}`),
    );
    await fc.assert(
      fc.asyncProperty(header, async (authorization) => {
        store.calls.length = 0;
        const answer = await send({ authorization });
        expect([401, 429]).toContain(answer.statusCode);
        expect(store.calls).toEqual([]);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('are read whatever the case of their scheme, and with colons in the password', async () => {
    await server.test.identity.addAccount({ id: 'colon', password: 'a:b:c:d:e' });
    const pair = basic('colon', 'a:b:c:d:e').slice(6);
    for (const scheme of ['Basic', 'basic', 'BASIC']) {
      expect((await send({ authorization: `${scheme} ${pair}` })).statusCode).toBe(404);
    }
    const { token } = await server.test.identity.createToken({ userId: 'colon', name: 'x' });
    for (const scheme of ['Bearer', 'bearer']) {
      expect((await send({ authorization: `${scheme} ${token}` })).statusCode).toBe(404);
    }
  });
});

describe('S12 pages of other sites', () => {
  it('cannot change anything with what a browser remembers', async () => {
    const authorization = basic('ann');
    for (const site of ['cross-site', 'same-site']) {
      for (const [method, url] of [
        ['POST', '/remote.php/dav/bulk'],
        ['PUT', '/remote.php/webdav/a'],
        ['DELETE', '/remote.php/webdav/a'],
      ] as const) {
        store.calls.length = 0;
        const answer = await send({ authorization, 'sec-fetch-site': site }, method, url);
        expect([answer.statusCode, store.calls.length], `${site} ${method}`).toEqual([403, 0]);
      }
      expect((await send({ authorization, 'sec-fetch-site': site })).statusCode).toBe(404);
    }
    for (const site of ['same-origin', 'none']) {
      const answer = await send({ authorization, 'sec-fetch-site': site }, 'DELETE');
      expect(answer.statusCode).not.toBe(403);
    }
  });
});

describe('TLS', () => {
  it('is spoken with the certificate that was given, and says so to browsers', async () => {
    const secure = await openTestServer(store.files, { tls: testCertificate });
    try {
      const port = await secure.listen();
      const headers = await new Promise<NodeJS.Dict<string | string[]>>((resolve, reject) => {
        const options = { port, host: '127.0.0.1', path: '/healthz', ca: testCertificate.cert, agent: false };
        httpsRequest(options, (response) => {
          response.resume();
          response.once('end', () => resolve(response.headers));
        })
          .once('error', reject)
          .end();
      });
      expect(headers['strict-transport-security']).toContain('max-age=31536000');
    } finally {
      await secure.close();
    }
  });
});
