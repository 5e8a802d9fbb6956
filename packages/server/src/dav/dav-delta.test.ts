import { createHash } from 'node:crypto';
import {
  chunksMediaType,
  type DeltaInstruction,
  deltaHead,
  deltaMediaType,
  parseChunks,
} from '@holdfast/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DavWorld, openDavWorld } from './testing/dav-world.ts';

let world: DavWorld;
let etag: string;
const base = Buffer.from(Uint8Array.from({ length: 400_000 }, (_, i) => (i * 7919) >>> 3));
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

beforeEach(async () => {
  world = await openDavWorld();
  const put = await world.send('PUT', '/a', { body: base });
  etag = String(put.headers.etag);
});
afterEach(() => world.close());

const fresh = Buffer.from('new bytes');
const meant = Buffer.concat([base.subarray(0, 100_000), fresh, base.subarray(100_000)]);
const instructions: readonly DeltaInstruction[] = [
  { kind: 'copy', start: 0, size: 100_000 },
  { kind: 'bytes', bytes: fresh },
  { kind: 'copy', start: 100_000, size: 300_000 },
  { kind: 'end', sha256: sha256(meant) },
];

function encoded(list: readonly DeltaInstruction[] = instructions): Buffer {
  return Buffer.concat(
    list.flatMap((one) => (one.kind === 'bytes' ? [deltaHead(one), one.bytes] : [deltaHead(one)])),
  );
}

function patch(
  headers: Record<string, string | undefined> = {},
  body: Buffer = encoded(),
  options: { as?: string; token?: string; path?: string } = {},
) {
  const all = {
    'content-type': deltaMediaType,
    'if-match': etag,
    'oc-total-length': String(meant.byteLength),
    ...headers,
  };
  const sent = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return world.send('PATCH', options.path ?? '/a', { ...options, headers: Object.fromEntries(sent), body });
}

const text = async () => (await world.send('GET', '/a')).rawPayload;

describe('PATCH with a delta', () => {
  it('makes the next version, and tells of it what PUT tells', async () => {
    const answer = await patch({ 'x-oc-mtime': '1719930000.5', 'hf-executable': '1' });
    expect(answer.statusCode).toBe(204);
    expect(answer.headers).toMatchObject({ 'x-hash-sha256': sha256(meant), 'x-oc-mtime': 'accepted' });
    const got = await world.send('GET', '/a');
    expect(got.rawPayload.equals(meant)).toBe(true);
    expect(got.headers.etag).toBe(answer.headers.etag);
    const page = await world.propfind('/a', '<hf:node/><hf:mtime/><hf:executable/>');
    expect(page.body).toContain(`<hf:node>${answer.headers['hf-node']}</hf:node>`);
    expect(page.body).toContain('<hf:mtime>1719930000.500000000</hf:mtime><hf:executable>1</hf:executable>');
  });

  it.each<[string, Record<string, string | undefined>, number]>([
    ['another version', { 'if-match': '"other"' }, 412],
    ['no version', { 'if-match': undefined }, 400],
    ['any version', { 'if-match': '*' }, 400],
    ['two versions', { 'if-match': '"a", "b"' }, 400],
    ['a weak etag', { 'if-match': 'W/"a"' }, 412],
    ['no length', { 'oc-total-length': undefined }, 400],
    ['another length', { 'oc-total-length': '5' }, 400],
    ['an impossible time', { 'x-oc-mtime': 'now' }, 400],
    ['another media type', { 'content-type': 'application/json' }, 415],
    ['a failed If', { if: '(["other"])' }, 412],
  ])('of %s changes nothing', async (_what, headers, status) => {
    expect((await patch(headers)).statusCode).toBe(status);
    expect((await text()).equals(base)).toBe(true);
  });

  it.each<[string, Buffer, number]>([
    ['nothing', Buffer.alloc(0), 400],
    ['a delta without its end', encoded(instructions.slice(0, -1)), 400],
    ['half a delta', encoded().subarray(0, 20), 400],
    ['noise', Buffer.from('{"copy": 5}'), 400],
    ['a part that is not there', encoded([{ kind: 'copy', start: 399_999, size: 2 }]), 400],
    ['another hash', encoded([...instructions.slice(0, -1), { kind: 'end', sha256: 'a'.repeat(64) }]), 400],
  ])('R6 that is %s changes nothing', async (_what, body, status) => {
    expect((await patch({}, body)).statusCode).toBe(status);
    expect((await text()).equals(base)).toBe(true);
  });

  it('of another kind is told what is taken (RFC 5789 §2.2)', async () => {
    const answer = await patch({ 'content-type': 'text/plain' });
    expect(answer.statusCode).toBe(415);
    expect(answer.headers['accept-patch']).toBe(deltaMediaType);
  });

  it('respects locks, and works with the token of one', async () => {
    const lock = await world.send('LOCK', '/a', {
      body: '<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>',
    });
    expect((await patch()).statusCode).toBe(423);
    const token = String(lock.headers['lock-token']);
    expect((await patch({ if: `(${token})` })).statusCode).toBe(204);
  });

  it('S6 needs the right to write, and says nothing of what others have', async () => {
    const { identity } = world.server.test;
    const { token } = await identity.createToken({ userId: 'ann', name: 't', scopes: ['files:read'] });
    expect((await patch({}, encoded(), { token })).statusCode).toBe(403);
    expect((await patch({}, encoded(), { as: 'poor' })).statusCode).toBe(412);
    expect((await patch({}, encoded(), { path: '/none' })).statusCode).toBe(412);
    expect((await text()).equals(base)).toBe(true);
  });
});

describe('GET of the chunks of a file', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    world.send('GET', path, { headers: { accept: chunksMediaType, ...headers } });

  it('tells where the content is cut', async () => {
    const answer = await get('/a', { 'if-match': etag });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ etag, 'content-type': chunksMediaType, 'hf-length': '400000' });
    let at = 0;
    for (const chunk of parseChunks(answer.rawPayload, base.byteLength)) {
      expect(sha256(base.subarray(at, at + chunk.size))).toBe(chunk.sha256);
      at += chunk.size;
    }
  });

  it('only of the version that is meant, and only of files', async () => {
    expect((await get('/a', { 'if-match': '"other"' })).statusCode).toBe(412);
    expect((await get('/none')).statusCode).toBe(404);
    await world.send('MKCOL', '/d');
    expect((await get('/d')).statusCode).toBe(409);
  });
});

describe('an upload in several goes', () => {
  const uploads = '/remote.php/dav/uploads/ann/t1';
  const send = (from: string | undefined, body: Buffer, address = uploads) =>
    world.send('PATCH', address, {
      headers: { ...(from === undefined ? {} : { 'upload-offset': from }) },
      body,
    });
  const offset = async () => (await world.send('HEAD', uploads)).headers['upload-offset'];

  it('says how much is there, takes the rest, and becomes a file', async () => {
    expect((await world.send('HEAD', uploads)).statusCode).toBe(404);
    await world.send('MKCOL', uploads, { headers: { 'oc-total-length': '400000' } });
    expect(await offset()).toBe('0');
    const first = await send('0', base.subarray(0, 150_000));
    expect(first.statusCode).toBe(204);
    expect(first.headers['upload-offset']).toBe('150000');
    expect(await offset()).toBe('150000');
    expect((await send('0', base)).statusCode).toBe(409);
    expect((await send('150000', base.subarray(150_000))).statusCode).toBe(204);
    const done = await world.send('MOVE', `${uploads}/.file`, {
      headers: {
        destination: '/remote.php/webdav/b',
        'oc-checksum': `SHA256:${sha256(base)}`,
        'x-hash': 'sha256',
      },
    });
    expect(done.statusCode).toBe(201);
    expect(done.headers['x-hash-sha256']).toBe(sha256(base));
    expect((await world.send('GET', '/b')).rawPayload.equals(base)).toBe(true);
  });

  it.each([undefined, '', '-1', '1.5', 'x', '9999999999999999'])('from %s is refused', async (from) => {
    await world.send('MKCOL', uploads);
    expect((await send(from, Buffer.from('x'))).statusCode).toBe(400);
  });

  it('is of whole transfers, and one\u2019s own', async () => {
    await world.send('MKCOL', uploads);
    expect((await send('0', Buffer.from('x'), `${uploads}/1`)).statusCode).toBe(405);
    expect((await world.send('HEAD', `${uploads}/1`)).statusCode).toBe(405);
    expect((await world.send('HEAD', uploads, { as: 'poor' })).statusCode).toBe(404);
  });
});
