import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavWorld, openDavWorld } from './testing/dav-world.ts';

let dav: DavWorld;
let count = 0;
beforeAll(async () => {
  dav = await openDavWorld();
});
afterAll(() => dav.close());

const uploads = '/remote.php/dav/uploads/ann';
const begin = async (headers: Record<string, string> = {}) => {
  const folder = `${uploads}/${1000 + count++}`;
  expect((await dav.send('MKCOL', folder, { headers })).statusCode).toBe(201);
  return folder;
};
const put = async (path: string, body: string) => (await dav.send('PUT', path, { body })).statusCode;
const finish = (folder: string, to: string, headers: Record<string, string> = {}) =>
  dav.send('MOVE', `${folder}/.file`, {
    headers: { destination: `/remote.php/dav/files/ann${to}`, ...headers },
  });
const sha1 = (text: string) => `SHA1:${createHash('sha1').update(text).digest('hex')}`;

describe('chunked upload', () => {
  test.each([
    ['5 digits, out of order', ['00002', '00001', '00010'], ['two', 'one', 'ten'], 'onetwoten'],
    ['6 digits', ['000001', '000002'], ['one', 'two'], 'onetwo'],
    ['16 digits, an index', ['0000000000000000', '0000000000000001'], ['zero', 'one'], 'zeroone'],
    ['16 digits, an offset', ['0000000000000000', '0000000010000000'], ['a', 'b'], 'ab'],
  ])('%s', async (_, names, bodies, whole) => {
    const folder = await begin({ 'oc-total-length': String(whole.length) });
    for (const [i, name] of names.entries())
      expect(await put(`${folder}/${name}`, bodies[i] ?? '')).toBe(201);
    const listed = await dav.propfind(folder, '<d:resourcetype/><d:getcontentlength/>', { depth: '1' });
    const hrefs = [...listed.body.matchAll(/<d:href>([^<]*)<\/d:href>/g)].map((match) =>
      Number(match[1]?.split('/').at(-1)),
    );
    expect(hrefs.slice(1)).toEqual(names.map(Number).sort((a, b) => a - b));
    const to = `/up-${count}`;
    const done = await finish(folder, to, {
      'oc-total-length': String(whole.length),
      'oc-checksum': sha1(whole),
      'x-oc-mtime': '1719930000',
    });
    expect(done.statusCode).toBe(201);
    expect(done.headers).toMatchObject({ 'x-oc-mtime': 'accepted', etag: expect.any(String) });
    expect(done.headers['oc-fileid']).toMatch(/^\d{8,}/);
    const got = await dav.send('GET', to);
    expect([got.body, got.headers['oc-checksum']]).toEqual([whole, sha1(whole)]);
    expect((await dav.propfind(folder, '<d:resourcetype/>')).statusCode).toBe(404);
  });

  test('the names come back in the width they were sent', async () => {
    const folder = await begin();
    await put(`${folder}/0000000000000000`, 'x');
    expect((await dav.propfind(folder, '<d:getcontentlength/>', { depth: '1' })).body).toContain(
      `${folder}/0000000000000000</d:href>`,
    );
    const other = await begin();
    await put(`${other}/00007`, 'x');
    expect((await dav.propfind(other, '<d:getcontentlength/>', { depth: '1' })).body).toContain(
      '/00007</d:href>',
    );
    expect((await dav.send('DELETE', `${other}/00007`)).statusCode).toBe(204);
    expect((await dav.propfind(other, '<d:getcontentlength/>', { depth: '1' })).body).not.toContain('00007');
  });

  test('a chunk with a checksum of its own is verified', async () => {
    const folder = await begin();
    const send = (checksum: string) =>
      dav.send('PUT', `${folder}/00001`, { body: 'abc', headers: { 'oc-checksum': checksum } });
    expect((await send(sha1('abd'))).statusCode).toBe(400);
    expect((await send('SHA1:x')).statusCode).toBe(400);
    expect((await finish(folder, '/none', { 'oc-total-length': '3' })).statusCode).toBe(400);
    expect((await send(sha1('abc'))).statusCode).toBe(201);
  });

  test('a chunk sent again replaces the first', async () => {
    const folder = await begin();
    await put(`${folder}/00001`, 'wrong');
    await put(`${folder}/00001`, 'right');
    await finish(folder, '/again');
    expect((await dav.send('GET', '/again')).body).toBe('right');
  });

  test('over a file, with a condition on it', async () => {
    const etag = String((await dav.send('PUT', '/target', { body: 'old' })).headers.etag);
    const folder = await begin();
    await put(`${folder}/00001`, 'new');
    const path = '</remote.php/dav/files/ann/target>';
    const stale = await finish(folder, '/target', { if: `${path} (["stale"])` });
    expect(stale.statusCode).toBe(412);
    expect((await finish(folder, '/target', { overwrite: 'F' })).statusCode).toBe(412);
    expect((await dav.send('GET', '/target')).body).toBe('old');
    expect((await finish(folder, '/target', { if: `${path} ([${etag}])` })).statusCode).toBe(204);
    expect((await dav.send('GET', '/target')).body).toBe('new');
  });

  test('R6 what does not add up is refused, and the chunks are kept', async () => {
    const folder = await begin();
    await put(`${folder}/00001`, 'abc');
    expect((await finish(folder, '/sum', { 'oc-total-length': '4' })).statusCode).toBe(400);
    expect((await finish(folder, '/sum', { 'oc-checksum': sha1('abd') })).statusCode).toBe(400);
    expect((await finish(folder, '/no/such/folder/sum')).statusCode).toBe(409);
    expect((await dav.send('GET', '/sum')).statusCode).toBe(404);
    expect(
      (await finish(folder, '/sum', { 'oc-total-length': '3', 'oc-checksum': sha1('abc') })).statusCode,
    ).toBe(201);
  });

  test('507 at the beginning for what will not fit', async () => {
    const answer = await dav.send('MKCOL', '/remote.php/dav/uploads/poor/1', {
      as: 'poor',
      headers: { 'oc-total-length': '5000' },
    });
    expect(answer.statusCode).toBe(507);
  });

  test('abort', async () => {
    const folder = await begin();
    await put(`${folder}/00001`, 'abc');
    expect((await dav.send('DELETE', folder)).statusCode).toBe(204);
    expect((await finish(folder, '/aborted')).statusCode).toBe(404);
  });

  test('S21 names, addresses and headers that cannot be', async () => {
    const folder = await begin();
    for (const name of [
      '0',
      '00000',
      '10001',
      '123456',
      '12345678',
      '-1',
      '1.5',
      'abc',
      '99999999999999999',
    ]) {
      expect([name, await put(`${folder}/${name}`, 'x')]).toEqual([name, 400]);
    }
    expect(await put(folder, 'x')).toBe(409);
    expect(await put(`${folder}/1/2`, 'x')).toBe(404);
    expect(await put(`${uploads}/none/00001`, 'x')).toBe(404);
    expect(await put('/remote.php/dav/uploads/poor/1/00001', 'x')).toBe(404);
    expect((await dav.send('MKCOL', `${uploads}/a%20b`)).statusCode).toBe(400);
    expect((await dav.send('MKCOL', `${uploads}/${'x'.repeat(65)}`)).statusCode).toBe(400);
    expect((await dav.send('MKCOL', folder)).statusCode).toBe(405);
    expect((await dav.send('MKCOL', uploads)).statusCode).toBe(405);
    expect(
      (await dav.send('MKCOL', `${uploads}/n`, { headers: { 'oc-total-length': 'x' } })).statusCode,
    ).toBe(400);
    expect((await dav.send('GET', `${folder}/00001`)).statusCode).toBe(405);
    expect(
      (await dav.send('MOVE', `${folder}/00001`, { headers: { destination: '/dav/x' } })).statusCode,
    ).toBe(405);
    await put(`${folder}/00001`, 'x');
    expect((await finish(folder, '', { destination: '/elsewhere' })).statusCode).toBe(403);
    expect((await finish(folder, '', { destination: 'http%3A//node.example/dav/x' })).statusCode).toBe(400);
    expect((await finish(folder, '', { destination: 'http://other.example/dav/x' })).statusCode).toBe(502);
    expect((await finish(folder, '/poor', { destination: '/remote.php/dav/files/poor/x' })).statusCode).toBe(
      403,
    );
  });
});
