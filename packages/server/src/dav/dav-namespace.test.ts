import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type DavWorld, openDavWorld, xmlns } from './testing/dav-world.ts';

let dav: DavWorld;
let count = 0;
/** A folder for one test, with `f` ("one"), `g` ("two") and `d/x` in it. */
let at: string;
beforeAll(async () => {
  dav = await openDavWorld();
});
afterAll(() => dav.close());
beforeEach(async () => {
  at = `/t${count++}`;
  await dav.send('MKCOL', at);
  await dav.send('PUT', `${at}/f`, { body: 'one' });
  await dav.send('PUT', `${at}/g`, { body: 'two' });
  await dav.send('MKCOL', `${at}/d`);
  await dav.send('PUT', `${at}/d/x`, { body: 'x' });
});

const status = async (method: string, path: string, headers: Record<string, string> = {}) =>
  (await dav.send(method, path, { headers })).statusCode;
const go = (method: string, from: string, to: string, headers: Record<string, string> = {}) =>
  dav.send(method, from, { headers: { destination: `/remote.php/webdav${to}`, ...headers } });
const read = async (path: string) => (await dav.send('GET', path)).body;

describe('MKCOL', () => {
  test('201, 405, 409', async () => {
    const made = await dav.send('MKCOL', `${at}/new`);
    expect(made.statusCode).toBe(201);
    expect(made.headers['oc-fileid']).toMatch(/^\d{8,}/);
    expect(await status('MKCOL', `${at}/new`)).toBe(405);
    expect(await status('MKCOL', `${at}/f`)).toBe(405);
    expect(await status('MKCOL', `${at}/no/such`)).toBe(409);
    expect(await status('MKCOL', '/')).toBe(405);
  });

  test('with a body it does not know', async () => {
    const mkcol = (body: string, type: string) =>
      dav.send('MKCOL', `${at}/odd`, { body, headers: { 'content-type': type } });
    expect((await mkcol('text', 'text/plain')).statusCode).toBe(415);
    expect((await mkcol('<a/>', 'application/xml')).statusCode).toBe(415);
    expect((await mkcol('<a', 'application/xml')).statusCode).toBe(400);
    expect(await status('GET', `${at}/odd`)).toBe(404);
  });

  test('extended: with properties, or not at all (RFC 5689)', async () => {
    const mkcol = (path: string, props: string) =>
      dav.send('MKCOL', path, {
        headers: { 'content-type': 'application/xml' },
        body: `<d:mkcol ${xmlns}><d:set><d:prop><d:resourcetype><d:collection/></d:resourcetype>${props}</d:prop></d:set></d:mkcol>`,
      });
    expect((await mkcol(`${at}/ext`, '<p xmlns="urn:x">v</p>')).statusCode).toBe(201);
    expect((await dav.propfind(`${at}/ext`, '<p xmlns="urn:x"/>')).body).toMatch(/>v<\//);
    const refused = await mkcol(`${at}/ext2`, '<p xmlns="urn:x">v</p><d:getetag>x</d:getetag>');
    expect(refused.statusCode).toBe(403);
    expect(refused.body).toMatch(/403 Forbidden.*|424/s);
    expect(await status('GET', `${at}/ext2`)).toBe(404);
    const odd = await dav.send('MKCOL', `${at}/cal`, {
      headers: { 'content-type': 'application/xml' },
      body: `<d:mkcol ${xmlns}><d:set><d:prop><d:resourcetype><d:collection/><calendar xmlns="urn:c"/></d:resourcetype></d:prop></d:set></d:mkcol>`,
    });
    expect(odd.statusCode).toBe(403);
    expect(odd.body).toContain('<d:valid-resourcetype/>');
  });
});

describe('DELETE', () => {
  test('a file, a folder with what is in it, and nothing', async () => {
    expect(await status('DELETE', `${at}/f`)).toBe(204);
    expect(await status('DELETE', `${at}/d/`)).toBe(204);
    expect(await status('GET', `${at}/d/x`)).toBe(404);
    expect(await status('DELETE', `${at}/f`)).toBe(404);
  });

  test('conditions and bad headers', async () => {
    expect(await status('DELETE', `${at}/f`, { 'if-match': '"x"' })).toBe(412);
    expect(await status('DELETE', `${at}/d`, { depth: '0' })).toBe(400);
    expect(await status('DELETE', '/')).toBe(403);
    expect(await read(`${at}/f`)).toBe('one');
  });
});

describe('COPY and MOVE', () => {
  test('201 to a new name, 204 over an old one, 412 with Overwrite: F', async () => {
    expect((await go('COPY', `${at}/f`, `${at}/h`)).statusCode).toBe(201);
    expect((await go('COPY', `${at}/f`, `${at}/g`, { overwrite: 'F' })).statusCode).toBe(412);
    expect(await read(`${at}/g`)).toBe('two');
    expect((await go('MOVE', `${at}/f`, `${at}/g`, { overwrite: 'F' })).statusCode).toBe(412);
    expect((await go('MOVE', `${at}/f`, `${at}/g`)).statusCode).toBe(204);
    expect([await read(`${at}/g`), await read(`${at}/h`)]).toEqual(['one', 'one']);
    expect(await status('GET', `${at}/f`)).toBe(404);
  });

  test('R12 a move keeps the id, and of a file the etag', async () => {
    const before = await dav.propfind(`${at}/d/x`, '<oc:id/><d:getetag/>');
    expect((await go('MOVE', `${at}/d`, `${at}/e`)).statusCode).toBe(201);
    const after = await dav.propfind(`${at}/e/x`, '<oc:id/><d:getetag/>');
    const facts = (body: string) => /<d:prop>.*<\/d:prop>/.exec(body)?.[0];
    expect(facts(after.body)).toBe(facts(before.body));
  });

  test('a folder, whole or alone', async () => {
    await go('COPY', `${at}/d`, `${at}/whole`);
    await go('COPY', `${at}/d`, `${at}/alone`, { depth: '0' });
    expect(await status('GET', `${at}/whole/x`)).toBe(200);
    expect(await status('GET', `${at}/alone/x`)).toBe(404);
  });

  test.each(['COPY', 'MOVE'])('%s with a destination that cannot be', async (method) => {
    const to = async (destination: string | undefined, headers: Record<string, string> = {}) =>
      (
        await dav.send(method, `${at}/d`, {
          headers: { ...(destination === undefined ? {} : { destination }), ...headers },
        })
      ).statusCode;
    expect(await to(undefined)).toBe(400);
    expect(await to('x')).toBe(400);
    expect(await to('http://elsewhere.example/remote.php/webdav/x')).toBe(502);
    expect(await to('http://node.example/other/x')).toBe(403);
    expect(await to('/remote.php/dav/files/poor/x')).toBe(403);
    expect(await to(`/remote.php/webdav${at}/no/such`)).toBe(409);
    expect(await to(`/remote.php/webdav${at}/d/inside`)).toBe(409);
    expect(await to(`/remote.php/webdav${at}/d`)).toBe(403);
    expect(await to('/remote.php/webdav/..%2Fx')).toBe(400);
    expect(await to('/remote.php/webdav/%2e%2e/x')).toBe(400);
    expect(await to(`/remote.php/webdav${at}/${'n'.repeat(300)}`)).toBe(414);
    expect(await to(`/remote.php/webdav${at}/y`, { overwrite: 'X' })).toBe(400);
    expect(await to(`/remote.php/webdav${at}/y`, { depth: '1' })).toBe(400);
    expect(await status('GET', `${at}/d/x`)).toBe(200);
  });

  test('through another mount, and as a whole address', async () => {
    const move = (from: string, destination: string) => dav.send('MOVE', from, { headers: { destination } });
    expect((await move(`${at}/f`, `http://node.example/remote.php/dav/files/ann${at}/f2`)).statusCode).toBe(
      201,
    );
    expect((await move(`${at}/f2`, `https://NODE.example:443/dav${at}/f%203`)).statusCode).toBe(201);
    expect(await read(`${at}/f%203`)).toBe('one');
  });

  test('a rename of case only', async () => {
    expect((await go('MOVE', `${at}/f`, `${at}/F`)).statusCode).toBe(201);
    expect(await read(`${at}/F`)).toBe('one');
  });

  test('conditions', async () => {
    expect((await go('MOVE', `${at}/f`, `${at}/n`, { 'if-match': '"x"' })).statusCode).toBe(412);
    expect(
      (await go('COPY', `${at}/f`, `${at}/n`, { if: `</remote.php/webdav${at}/g> (["x"])` })).statusCode,
    ).toBe(412);
    expect((await go('COPY', `${at}/nothing`, `${at}/n`)).statusCode).toBe(404);
  });
});

describe('S6 tokens', () => {
  const cases: [string, string, string[]][] = [
    ['files:read', 'PUT', ['MKCOL', 'PROPPATCH', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'DELETE', 'PUT']],
    ['profile:read', 'GET', ['GET', 'HEAD', 'PROPFIND', 'REPORT', 'PUT', 'DELETE', 'OPTIONS']],
    ['files:write', 'DELETE', ['DELETE']],
  ];
  test.each(cases)('with %s only', async (scope, _, refused) => {
    const { token } = await dav.server.test.identity.createToken({
      userId: 'ann',
      name: scope,
      scopes: scope === 'files:write' ? ['files:read', 'files:write'] : [scope as 'files:read'],
    });
    for (const method of refused) {
      const answer = await dav.send(method, `${at}/f`, {
        token,
        headers: { destination: '/dav/y', depth: '0' },
      });
      expect([method, answer.statusCode]).toEqual([method, 403]);
    }
    expect(await read(`${at}/f`)).toBe('one');
  });

  test('writing without deleting cannot take anything away by a move', async () => {
    const { token } = await dav.server.test.identity.createToken({
      userId: 'ann',
      name: 'w',
      scopes: ['files:read', 'files:write'],
    });
    const move = await dav.send('MOVE', `${at}/f`, { token, headers: { destination: `/dav${at}/y` } });
    expect(move.statusCode).toBe(403);
    const letters = await dav.propfind(`${at}/f`, '<oc:permissions/>', { token });
    expect(letters.body).toContain('<oc:permissions>RGW</oc:permissions>');
  });

  test('a token for one folder sees the way there and nothing else', async () => {
    const root = await dav.files.get(
      { userId: 'ann', read: true, write: true, delete: true },
      `${at.slice(1)}/d`,
    );
    const { token } = await dav.server.test.identity.createToken({
      userId: 'ann',
      name: 'd',
      within: [root.id],
    });
    expect((await dav.send('GET', `${at}/f`, { token })).statusCode).toBe(404);
    expect((await dav.send('GET', `${at}/d/x`, { token })).statusCode).toBe(200);
    const way = await dav.propfind(at, '<oc:permissions/>', { token, depth: '1' });
    expect(way.body).not.toContain(`${at}/f<`);
    expect(way.body).toContain('<oc:permissions>G</oc:permissions>');
    const copy = await dav.send('COPY', `${at}/d/x`, { token, headers: { destination: `/dav${at}/out` } });
    expect(copy.statusCode).toBe(403);
    const move = await dav.send('MOVE', `${at}/d/x`, { token, headers: { destination: `/dav${at}/out` } });
    expect(move.statusCode).toBe(403);
  });
});
