import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavWorld, openDavWorld } from './testing/dav-world.ts';

let dav: DavWorld;
beforeAll(async () => {
  dav = await openDavWorld();
  await dav.send('MKCOL', '/c');
  await dav.send('PUT', '/c/f', { body: 'one' });
});
afterAll(() => dav.close());

const info = (scope = 'exclusive') =>
  `<lockinfo xmlns="DAV:"><lockscope><${scope}/></lockscope><locktype><write/></locktype><owner>Ann <href>mailto:x</href></owner></lockinfo>`;
const lock = (path: string, headers: Record<string, string> = {}, body = info()) =>
  dav.send('LOCK', path, { headers, body });
const tokenOf = (answer: { headers: Record<string, unknown> }) => String(answer.headers['lock-token']);
const unlock = (path: string, token: string) =>
  dav.send('UNLOCK', path, { headers: { 'lock-token': token } });

describe('LOCK', () => {
  test('keeps others out, lets its holder in, is seen, refreshed and given back', async () => {
    const taken = await lock('/c/f', { timeout: 'Second-100', depth: '0' });
    expect(taken.statusCode).toBe(200);
    const token = tokenOf(taken);
    expect(token).toMatch(/^<urn:uuid:[0-9a-f-]{36}>$/);
    expect(taken.body).toContain('<d:owner>Ann <d:href>mailto:x</d:href></d:owner>');
    expect(taken.body).toContain('<d:timeout>Second-100</d:timeout>');
    expect(taken.body).toContain('<d:lockroot><d:href>/remote.php/webdav/c/f</d:href></d:lockroot>');

    const refused = await dav.send('PUT', '/c/f', { body: 'two' });
    expect(refused.statusCode).toBe(423);
    expect(refused.body).toContain(
      '<d:lock-token-submitted><d:href>/remote.php/webdav/c/f</d:href></d:lock-token-submitted>',
    );
    for (const method of ['DELETE', 'PROPPATCH', 'MOVE']) {
      const answer = await dav.send(method, '/c/f', {
        headers: { destination: '/dav/c/g' },
        ...(method === 'PROPPATCH'
          ? {
              body: '<propertyupdate xmlns="DAV:"><set><prop><x xmlns="u">1</x></prop></set></propertyupdate>',
            }
          : {}),
      });
      expect([method, answer.statusCode]).toEqual([method, 423]);
    }
    const conflict = await lock('/c/f');
    expect(conflict.statusCode).toBe(423);
    expect(conflict.body).toContain('<d:no-conflicting-lock>');

    expect((await dav.send('PUT', '/c/f', { body: 'two', headers: { if: `(${token})` } })).statusCode).toBe(
      204,
    );
    expect((await dav.propfind('/c/f', '<d:lockdiscovery/>')).body).toContain(token.slice(1, -1));
    const refreshed = await dav.send('LOCK', '/c/f', {
      headers: { if: `(${token})`, timeout: 'Second-500' },
    });
    expect(refreshed.statusCode).toBe(200);
    expect(refreshed.body).toContain('Second-500');
    expect(refreshed.headers['lock-token']).toBeUndefined();

    expect((await unlock('/c/f', '<urn:uuid:00000000-0000-0000-0000-000000000000>')).statusCode).toBe(409);
    expect((await unlock('/c/f', token)).statusCode).toBe(204);
    expect((await dav.send('PUT', '/c/f', { body: 'three' })).statusCode).toBe(204);
  });

  test('on an unused name makes an empty file', async () => {
    const taken = await lock('/c/unused');
    expect(taken.statusCode).toBe(201);
    expect((await dav.send('GET', '/c/unused')).statusCode).toBe(200);
    await unlock('/c/unused', tokenOf(taken));
  });

  test('on a folder holds for all below', async () => {
    const taken = await lock('/c');
    expect((await dav.send('PUT', '/c/new', { body: 'x' })).statusCode).toBe(423);
    const tagged = { if: `</remote.php/webdav/c> (${tokenOf(taken)})` };
    expect((await dav.send('PUT', '/c/new', { body: 'x', headers: tagged })).statusCode).toBe(201);
    expect((await dav.propfind('/c/new', '<d:lockdiscovery/>')).body).toContain('/c</d:href></d:lockroot>');
    await unlock('/c', tokenOf(taken));
  });

  test('shared locks live beside each other', async () => {
    const first = await lock('/c/f', {}, info('shared'));
    const second = await lock('/c/f', {}, info('shared'));
    expect([first.statusCode, second.statusCode]).toEqual([200, 200]);
    expect((await lock('/c/f')).statusCode).toBe(423);
    await unlock('/c/f', tokenOf(first));
    await unlock('/c/f', tokenOf(second));
  });

  test('S21 what cannot be', async () => {
    expect((await lock('/c/f', { depth: '1' })).statusCode).toBe(400);
    expect((await lock('/c/f', {}, '<lockinfo xmlns="DAV:"/>')).statusCode).toBe(400);
    expect((await lock('/c/f', {}, 'x')).statusCode).toBe(400);
    expect((await lock('/no/such/folder')).statusCode).toBe(409);
    expect((await dav.send('LOCK', '/c/f')).statusCode).toBe(400);
    expect((await dav.send('LOCK', '/c/f', { headers: { if: '(<urn:uuid:none>)' } })).statusCode).toBe(412);
    for (const token of ['', 'urn:uuid:x', '<>', '<a> <b>']) {
      expect((await unlock('/c/f', token)).statusCode).toBe(400);
    }
    expect((await unlock('/nothing', '<urn:uuid:x>')).statusCode).toBe(404);
  });
});
