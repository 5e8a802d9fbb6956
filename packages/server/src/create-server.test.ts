import { createHash } from 'node:crypto';
import { randomUuid, systemRandom } from '@holdfast/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emptyFiles } from './testing/empty-files.ts';
import { basic, openTestServer, type TestServer, testPassword } from './testing/open-test-server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await openTestServer(emptyFiles().files);
});
afterEach(() => server.close());

const get = (url: string, headers: Record<string, string> = {}) => server.app.inject({ url, headers });
const reopen = async (settings: Parameters<typeof openTestServer>[1]) => {
  await server.close();
  server = await openTestServer(emptyFiles().files, settings);
};

describe('status.php', () => {
  it('is what clients take for a server they can talk to', async () => {
    const answer = await get('/status.php');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
    });
    expect(answer.json()).toEqual({
      installed: true,
      maintenance: false,
      needsDbUpgrade: false,
      version: '31.0.2.1',
      versionstring: '31.0.2',
      edition: '',
      productname: 'Holdfast',
      extendedSupport: false,
    });
    expect((await server.app.inject({ method: 'HEAD', url: '/status.php' })).body).toBe('');
  });
});

describe('well-known addresses', () => {
  it('lead to the tree', async () => {
    for (const method of ['GET', 'PROPFIND', 'OPTIONS']) {
      const answer = await server.app.inject({ method: method as 'GET', url: '/.well-known/webdav' });
      expect([answer.statusCode, answer.headers.location]).toEqual([301, '/remote.php/dav/']);
    }
    await reopen({ publicUrl: 'https://files.test' });
    expect((await get('/.well-known/caldav')).headers.location).toBe('https://files.test/remote.php/dav/');
  });

  it('give a sign of life', async () => {
    expect((await get('/healthz')).body).toBe('ok\n');
    expect((await get('/index.php/204')).statusCode).toBe(204);
  });
});

describe('S11 the page', () => {
  it('runs nothing, loads nothing, and its style is the one its policy names', async () => {
    const { headers, body } = await get('/');
    const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(body).not.toMatch(/<script|\son\w+=|\sstyle=|https?:\/\/(?!localhost)/i);
    expect(body).toContain('<html lang="en">');
    expect(body).toContain('prefers-color-scheme: dark');
  });

  it('says how to connect to the address it was asked at', async () => {
    const { body } = await get('/', { host: 'node.test:8080' });
    expect(body).toContain('http://node.test:8080/remote.php/webdav/');
    expect(body).toContain('holdfast sync ~/Files http://node.test:8080/');
    expect((await get('/', { host: 'a"><script>' })).body).not.toContain('<script>');
    await reopen({ publicUrl: 'https://files.test' });
    expect((await get('/', { host: 'other' })).body).toContain('https://files.test/remote.php/webdav/');
  });
});

describe('S11 answers', () => {
  it('carry their headers, whatever becomes of the request', async () => {
    for (const url of [
      '/',
      '/status.php',
      '/nowhere',
      '/ocs/v1.php/cloud/user',
      '/remote.php/webdav/',
      '/%ff',
    ]) {
      const { headers } = await get(url);
      expect(headers['content-security-policy'], url).toContain("default-src 'none'");
      expect(headers['content-security-policy'], url).toContain("frame-ancestors 'none'");
      expect(headers, url).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(headers['x-powered-by'], url).toBeUndefined();
      expect(headers.server, url).toBeUndefined();
      expect(headers['strict-transport-security'], url).toBeUndefined();
    }
    await reopen({ publicUrl: 'https://files.test' });
    expect((await get('/healthz')).headers['strict-transport-security']).toContain('max-age=31536000');
  });

  it('about a caller, and errors, are not to be kept by anybody', async () => {
    const authorization = basic('ann');
    for (const url of ['/ocs/v2.php/cloud/user', '/nowhere', '/remote.php/webdav/missing']) {
      const { headers } = await get(url, { authorization, 'ocs-apirequest': 'true' });
      expect(headers['cache-control'], url).toBe('no-store');
    }
  });

  it('name the request by its own id where that is fit for a log', async () => {
    const id = randomUuid(systemRandom);
    expect((await get('/healthz', { 'x-request-id': id })).headers['x-request-id']).toBe(id);
    for (const odd of ['a b', 'x'.repeat(129), '{"a":1}']) {
      const given = (await get('/healthz', { 'x-request-id': odd })).headers['x-request-id'];
      expect(given).toMatch(/^[0-9a-z]+-[0-9a-z]+$/);
    }
  });

  it('ask for a name and token, so that no browser script makes a browser ask', async () => {
    const plain = await get('/remote.php/webdav/');
    expect(plain.statusCode).toBe(401);
    expect(plain.headers['www-authenticate']).toEqual([
      'Basic realm="Holdfast", charset="UTF-8"',
      'Bearer realm="Holdfast"',
    ]);
    const script = await get('/remote.php/webdav/', { 'x-requested-with': 'XMLHttpRequest' });
    expect(script.headers['www-authenticate']).toEqual(['DummyBasic realm="Holdfast", charset="UTF-8"']);
  });

  it('to unknown addresses come in the form of their surface', async () => {
    expect((await get('/favicon.ico')).json()).toMatchObject({ error: 'not-found', retry: 'after-change' });
    expect((await get('/remote.php/unknown')).body).toContain('<d:error');
    expect((await get('/ocs/v2.php/unknown')).body).toContain('<ocs>');
    const post = await server.app.inject({ method: 'POST', url: '/status.php', payload: 'x' });
    expect([post.statusCode, post.headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});

describe('S10 the caller', () => {
  it('is taken from the proxy header only where a listed proxy sent it', async () => {
    const { token } = await server.test.identity.createToken({ userId: 'ann', name: 'x' });
    const forwarded = { authorization: `Bearer ${token}`, 'x-forwarded-for': '203.0.113.9' };
    await get('/ocs/v2.php/cloud/user', { ...forwarded, 'ocs-apirequest': 'true' });
    expect((await server.test.identity.tokens())[0]?.lastAddress).toBe('127.0.0.0/24');
    await reopen({ trustProxy: ['127.0.0.0/8'] });
    const second = await server.test.identity.createToken({ userId: 'ann', name: 'x' });
    await get('/ocs/v2.php/cloud/user', { ...forwarded, authorization: `Bearer ${second.token}` });
    expect((await server.test.identity.tokens())[0]?.lastAddress).toBe('203.0.113.0/24');
  });

  it('who guesses is told to wait', async () => {
    const guess = () => get('/remote.php/webdav/', { authorization: basic('ann', 'a wrong password') });
    for (let i = 0; i < 10; i++) expect((await guess()).statusCode).toBe(401);
    const held = await guess();
    expect(held.statusCode).toBe(429);
    expect(Number(held.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('S19 the request log', () => {
  it('says what happened and holds no secret, name of a file or query', async () => {
    const { token, info } = await server.test.identity.createToken({ userId: 'ann', name: 'x' });
    await get('/remote.php/webdav/private/diary.txt?key=hidden', { authorization: basic('ann') });
    await get('/remote.php/webdav/private/diary.txt', { authorization: basic('ann', token) });
    await get('/remote.php/webdav/private/diary.txt', { authorization: `Bearer ${token}x` });
    await get('/nowhere/hidden');
    const requests = server.log.filter((line) => line.message === 'request').map((line) => line.fields);
    expect(requests).toHaveLength(4);
    expect(requests[0]).toMatchObject({
      method: 'GET',
      route: '/remote.php/webdav/*',
      status: 404,
      user: 'ann',
      token: undefined,
      requestId: expect.any(String),
      ms: expect.any(Number),
      bytes: expect.any(Number),
    });
    expect(requests[1]).toMatchObject({ user: 'ann', token: info.id });
    expect(requests[2]).toMatchObject({ status: 401, user: undefined });
    expect(requests[3]).toMatchObject({ status: 404, route: undefined });
    const text = JSON.stringify(server.log);
    for (const secret of [testPassword, token, basic('ann').slice(6), 'diary', 'hidden']) {
      expect(text).not.toContain(secret);
    }
  });
});
