import { createHash } from 'node:crypto';
import {
  batchMediaType,
  endOfFrames,
  type Frame,
  FrameParser,
  formatBatchWrite,
  frameHead,
} from '@holdfast/protocol';
import type { LightMyRequestResponse } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { basic } from '../testing/open-test-server.ts';
import { rawConnection } from '../testing/raw-exchange.ts';
import { type DavWorld, openDavWorld, type SendOptions } from './testing/dav-world.ts';
import { batchLimits } from './transfer-limits.ts';

let world: DavWorld;
beforeEach(async () => {
  world = await openDavWorld();
});
afterEach(() => world.close());

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const mtime = { s: -5, ns: 123_456_789 };

interface Meant {
  readonly path: string;
  readonly text?: string | Buffer;
  readonly sha256?: string;
  readonly ifMatch?: string;
  readonly executable?: boolean;
  readonly link?: boolean;
}

function frame(meant: Meant): Buffer {
  const bytes = Buffer.from(meant.text ?? '');
  const { path, ifMatch, executable = false, link = false } = meant;
  const hash = meant.sha256 ?? sha256(bytes);
  const header = formatBatchWrite({ path, mtime, sha256: hash, executable, link, ifMatch });
  return Buffer.concat([frameHead(header, bytes.byteLength), bytes]);
}

function post(what: 'write' | 'read', body: Buffer, options: SendOptions = {}) {
  return world.send('POST', `/remote.php/dav/batch/${what}`, {
    ...options,
    headers: { 'content-type': batchMediaType, ...options.headers },
    body,
  });
}

const write = (files: readonly Meant[], options?: SendOptions) =>
  post('write', Buffer.concat([...files.map(frame), endOfFrames]), options);

const read = (files: readonly { path: string; ifMatch: string }[], options?: SendOptions) =>
  post('read', Buffer.concat([...files.map((file) => frameHead(file)), endOfFrames]), options);

function framesOf(answer: LightMyRequestResponse): Frame[] {
  expect(answer.statusCode).toBe(200);
  const parser = new FrameParser({ frames: 1e6, headerBytes: 65_536, contentBytes: 1e7 });
  const frames = parser.push(answer.rawPayload);
  parser.finish();
  return frames;
}

async function written(files: readonly Meant[], options?: SendOptions): Promise<Record<string, unknown>[]> {
  return framesOf(await write(files, options)).map(({ header }) => header as Record<string, unknown>);
}

async function etagOf(path: string): Promise<string> {
  const answer = await world.send('HEAD', `/${path}`);
  return String(answer.headers.etag).replaceAll('"', '');
}

describe('a batch of writes', () => {
  it('makes files as PUT does, and tells each as a PUT would', async () => {
    const big = Buffer.alloc(100_000, 'x');
    const results = await written([
      { path: 'a', text: 'one', executable: true },
      { path: 'empty', link: true },
      { path: 'big', text: big },
    ]);
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2]);
    for (const [index, path] of ['a', 'empty', 'big'].entries()) {
      const got = await world.send('GET', `/${path}`);
      const head = await world.propfind(
        `/${path}`,
        '<oc:permissions/><hf:node/><hf:mtime/><hf:executable/><hf:link/>',
      );
      expect(results[index]).toEqual({
        index,
        node: /<hf:node>(\d+)</.exec(head.body)?.[1],
        etag: String(got.headers.etag).replaceAll('"', ''),
        sha256: sha256(got.rawPayload),
        permissions: /<oc:permissions>(\w+)</.exec(head.body)?.[1],
      });
      expect(head.body).toContain('<hf:mtime>-4.876543211</hf:mtime>');
      expect(head.body).toContain(`<hf:executable>${path === 'a' ? 1 : 0}</hf:executable>`);
      expect(head.body).toContain(`<hf:link>${path === 'empty' ? 1 : 0}</hf:link>`);
    }
  });

  it('each file succeeds or fails on its own, by the rules of a single write', async () => {
    await world.send('PUT', '/there', { body: 'old' });
    await world.send('MKCOL', '/folder');
    await world.send('LOCK', '/locked', {
      body: '<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>',
    });
    const results = await written([
      { path: 'there', text: 'new' },
      { path: 'there', text: 'new', ifMatch: 'nonsense' },
      { path: 'folder', text: 'x' },
      { path: 'none/a', text: 'x' },
      { path: 'locked', text: 'x', ifMatch: await etagOf('locked') },
      { path: 'damaged', text: 'x', sha256: sha256('y') },
      { path: '../up', text: 'x' },
      { path: 'nul\0', text: 'x' },
      { path: '', text: 'x' },
      { path: `/${'x'.repeat(300)}`, text: 'x' },
      { path: 'x'.repeat(300), text: 'x' },
      { path: 'good', text: 'x' },
    ]);
    expect(results.map(({ error }) => error)).toEqual([
      'precondition-failed',
      'precondition-failed',
      'is-a-folder',
      'parent-missing',
      'locked',
      'checksum-mismatch',
      'bad-name',
      'bad-name',
      'is-a-folder',
      'bad-name',
      'name-too-long',
      undefined,
    ]);
    expect((await world.send('GET', '/there')).body).toBe('old');
    expect((await world.send('GET', '/damaged')).statusCode).toBe(404);
  });

  it('the same path twice is two writes, in order', async () => {
    const results = await written([
      { path: 'a', text: 'one' },
      { path: 'a', text: 'two' },
    ]);
    expect(results.map(({ error }) => error)).toEqual([undefined, 'precondition-failed']);
    expect((await world.send('GET', '/a')).body).toBe('one');
  });

  it('the quota holds from one file to the next', async () => {
    const files = ['a', 'b', 'c'].map((path) => ({ path, text: 'x'.repeat(400) }));
    const results = await written(files, { as: 'poor' });
    expect(results.map(({ error }) => error)).toEqual([undefined, undefined, 'quota-exceeded']);
  });

  it('S6 needs the right to write, and reaches no further than the token', async () => {
    const { identity } = world.server.test;
    const token = async (scopes: ('files:read' | 'files:write')[], within?: number[]) =>
      (await identity.createToken({ userId: 'ann', name: 't', scopes, ...(within ? { within } : {}) })).token;
    expect((await write([], { token: await token(['files:read']) })).statusCode).toBe(403);
    await world.send('MKCOL', '/in');
    const page = await world.propfind('/in', '<hf:node/>');
    const id = Number(/<hf:node>(\d+)</.exec(page.body)?.[1]);
    const limited = await token(['files:write'], [id]);
    const files = ['in/a', 'out'].map((path) => ({ path, text: 'x' }));
    const results = await written(files, { token: limited });
    expect(results.map(({ error }) => error)).toEqual([undefined, 'forbidden']);
  });

  it('many files come in more groups than one', async () => {
    const files = Array.from({ length: batchLimits.files }, (_, i) => ({ path: `f${i}`, text: `text ${i}` }));
    const results = await written(files);
    expect(results.map(({ index }) => index)).toEqual(files.map((_, i) => i));
    expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
    expect((await world.send('GET', '/f317')).body).toBe('text 317');
  });

  const whole = () => Buffer.concat([frame({ path: 'a', text: 'one' }), endOfFrames]);
  it.each<[string, () => Buffer, number]>([
    ['nothing at all', () => Buffer.alloc(0), 400],
    ['cut off in a prefix', () => whole().subarray(0, 5), 400],
    ['cut off in a header', () => whole().subarray(0, 30), 400],
    ['without its end', () => frame({ path: 'a', text: 'one' }), 400],
    ['with half an end', () => whole().subarray(0, -1), 400],
    ['with something behind its end', () => Buffer.concat([whole(), Buffer.from('x')]), 400],
    ['with bytes that belong to no header', () => Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 65]), 400],
    ['with a header of a gigabyte', () => Buffer.from([64, 0, 0, 0, 0, 0, 0, 1, 65]), 400],
    ['with a file of four gigabytes', () => Buffer.from([0, 0, 0, 2, 255, 255, 255, 255, 123, 125]), 413],
    ['with a header that is no JSON', () => Buffer.from([0, 0, 0, 2, 0, 0, 0, 0, 255, 125]), 400],
    ['with a header of another kind', () => Buffer.concat([frameHead([1, 2]), endOfFrames]), 400],
    ['with more files than allowed', () => Buffer.concat([...overfull(), endOfFrames]), 413],
    ['with more bytes than allowed', () => Buffer.concat([...overweight(), endOfFrames]), 413],
  ])('one %s is refused as a whole', async (_what, body, status) => {
    expect((await post('write', body())).statusCode).toBe(status);
  });

  it('another media type is refused', async () => {
    const answer = await post('write', whole(), { headers: { 'content-type': 'application/json' } });
    expect(answer.statusCode).toBe(415);
  });
});

function overfull(): Buffer[] {
  return Array.from({ length: batchLimits.files + 1 }, (_, i) => frame({ path: `f${i}`, text: 'x' }));
}

function overweight(): Buffer[] {
  const text = Buffer.alloc(batchLimits.fileBytes);
  const count = batchLimits.bytes / batchLimits.fileBytes + 1;
  return Array.from({ length: count }, (_, i) => frame({ path: `f${i}`, text }));
}

describe('R7 a connection that breaks', () => {
  it('in the middle of a batch leaves whole files or none, and the node goes on', async () => {
    const port = await world.server.listen();
    const body = Buffer.concat([
      ...Array.from({ length: 300 }, (_, i) => frame({ path: `f${i}`, text: `text ${i}` })),
      endOfFrames,
    ]);
    const head = [
      'POST /remote.php/dav/batch/write HTTP/1.1',
      'Host: node.example',
      `Authorization: ${basic('ann')}`,
      `Content-Type: ${batchMediaType}`,
      `Content-Length: ${body.byteLength}`,
    ].join('\r\n');
    const { socket, send } = await rawConnection(port);
    send(`${head}\r\n\r\n`);
    send(body.subarray(0, body.byteLength - 2000));
    // A first group is written before the rest has come.
    await expect.poll(async () => (await world.send('GET', '/f0')).statusCode).toBe(200);
    socket.destroy();
    await expect.poll(async () => (await world.send('GET', '/f249')).statusCode).toBe(200);
    for (const i of [0, 100, 249]) expect((await world.send('GET', `/f${i}`)).body).toBe(`text ${i}`);
    expect((await world.send('GET', '/f299')).statusCode).toBe(404);
    expect(world.server.log.filter(({ level }) => level === 'error')).toEqual([]);
    const again = await written([{ path: 'f299', text: 'text 299' }]);
    expect(again[0]?.error).toBeUndefined();
  });
});

describe('a batch of reads', () => {
  it('brings the bytes of each file, in the version that is meant', async () => {
    const texts = { a: 'one', empty: '', big: 'x'.repeat(100_000) };
    for (const [path, body] of Object.entries(texts)) await world.send('PUT', `/${path}`, { body });
    const wanted = await Promise.all(
      Object.keys(texts).map(async (path) => ({ path, ifMatch: await etagOf(path) })),
    );
    const frames = framesOf(await read(wanted));
    for (const [index, [path, text]] of Object.entries(texts).entries()) {
      expect(Buffer.from(frames[index]?.content ?? []).toString()).toBe(text);
      const { ifMatch } = wanted[index] ?? { ifMatch: '' };
      const checksums = `SHA256:${sha256(text)}`;
      expect(frames[index]?.header).toEqual({ index, etag: ifMatch, checksums });
      expect(wanted[index]?.path).toBe(path);
    }
  });

  it('each file fails on its own', async () => {
    await world.send('PUT', '/a', { body: 'one' });
    await world.send('PUT', '/large', { body: Buffer.alloc(batchLimits.fileBytes + 1) });
    await world.send('MKCOL', '/folder');
    const frames = framesOf(
      await read([
        { path: 'a', ifMatch: 'other' },
        { path: 'none', ifMatch: 'e' },
        { path: '../a', ifMatch: 'e' },
        { path: 'folder', ifMatch: await etagOf('folder') },
        { path: 'large', ifMatch: await etagOf('large') },
        { path: 'a', ifMatch: await etagOf('a') },
      ]),
    );
    expect(frames.map(({ header }) => (header as { error?: string }).error)).toEqual([
      'precondition-failed',
      'not-found',
      'not-found',
      'is-a-folder',
      'body-too-large',
      undefined,
    ]);
  });

  it('S6 shows nothing of other accounts, or outside of the token', async () => {
    await world.send('PUT', '/a', { body: 'one' });
    const ifMatch = await etagOf('a');
    const frames = framesOf(await read([{ path: 'a', ifMatch }], { as: 'poor' }));
    expect(frames[0]?.header).toMatchObject({ error: 'not-found' });
  });
});
