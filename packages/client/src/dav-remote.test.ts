import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { UploadOptions, UploadSource } from './remote.ts';
import { davResponse, multistatus, openScripted } from './testing/fake-servers.ts';
import type { ScriptedAnswer } from './testing/scripted-fetch.ts';

const mtime = { s: 1_719_930_000, ns: 5 };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function source(text: string): UploadSource {
  return {
    size: text.length,
    open: async function* () {
      yield new TextEncoder().encode(text);
    },
  };
}

const mount = '/remote.php/dav/files/ana/f/';
const stored = (text: string): ScriptedAnswer => ({
  status: 201,
  headers: { etag: '"e1"', 'hf-node': '7', 'x-hash-sha256': sha256(text) },
});

describe('R6 an upload is done only when the server has what was sent', () => {
  const options: UploadOptions = { ifAbsent: true, mtime, sha256: sha256('hello') };

  it('believes our node when its hash fits, with one request', async () => {
    const { remote, requests } = await openScripted('holdfast', () => stored('hello'));
    const entry = await remote.write('a', source('hello'), options);
    expect(entry).toMatchObject({ id: '7', etag: 'e1', size: 5, mtime });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers).toMatchObject({
      'if-none-match': '*',
      'x-oc-mtime': '1719930000.000000005',
      'oc-checksum': `SHA256:${sha256('hello')}`,
    });
  });

  it.each([
    ['another hash', stored('hellO')],
    ['200 and nothing', { status: 200 }],
    ['a refusal of the bytes', { status: 400 }],
  ] satisfies [string, ScriptedAnswer][])('our node with %s', async (_what, answer) => {
    const { remote } = await openScripted('holdfast', ({ method }) =>
      method === 'PUT' ? answer : { status: 404 },
    );
    await expect(remote.write('a', source('hello'), options)).rejects.toMatchObject({
      code: 'upload-damaged',
    });
  });

  it.each([
    ['0 bytes', multistatus(davResponse(`${mount}a`, { size: 0, etag: 'e1' }))],
    ['fewer bytes', multistatus(davResponse(`${mount}a`, { size: 4, etag: 'e1' }))],
    ['a folder', multistatus(davResponse(`${mount}a`))],
    ['nothing', { status: 404 }],
  ] satisfies [string, ScriptedAnswer][])('Nextcloud that says 201 and has %s', async (_what, listing) => {
    const { remote } = await openScripted('nextcloud', ({ method }) =>
      method === 'PUT' ? { status: 201, headers: { etag: '"e1"' } } : listing,
    );
    await expect(remote.write('a', source('hello'), options)).rejects.toMatchObject({
      code: 'upload-damaged',
    });
  });

  it('somebody else who was quicker is no damage', async () => {
    const { remote } = await openScripted('nextcloud', ({ method }) =>
      method === 'PUT'
        ? { status: 201, headers: { etag: '"e1"' } }
        : multistatus(davResponse(`${mount}a`, { size: 5, etag: 'e2' })),
    );
    await expect(remote.write('a', source('hello'), options)).rejects.toMatchObject({
      code: 'target-changed',
    });
  });

  it('a plain server that truncates never gets to replace the good file', async () => {
    const methods: string[] = [];
    const { remote } = await openScripted('webdav', ({ method, url }) => {
      methods.push(method);
      if (method === 'PUT') return { status: 201 };
      if (method === 'DELETE') return { status: 204 };
      if (method === 'GET') return { status: 200, body: 'hel' };
      const waiting = url.pathname.includes('.holdfast-upload-');
      if (waiting) return multistatus(davResponse(url.pathname, { size: 3 }));
      return multistatus(davResponse('/f/a', { size: 9, etag: 'old' }));
    });
    const replace = { ifMatch: 'old', mtime, sha256: sha256('hello') };
    await expect(remote.write('a', source('hello'), replace)).rejects.toMatchObject({
      code: 'upload-damaged',
    });
    expect(methods).not.toContain('MOVE');
    expect(methods.at(-1)).toBe('DELETE');
  });

  it('a source that fails is the answer, not what the transport makes of it', async () => {
    const { remote } = await openScripted('holdfast', () => stored('x'));
    const large: UploadSource = {
      size: 1_000_000,
      open: async function* () {
        yield new Uint8Array(10);
        throw new Error('disk gone');
      },
    };
    await expect(remote.write('a', large, options)).rejects.toThrow('disk gone');
  });
});

describe('chunked upload', () => {
  const size = 49 * 1024 * 1024;
  const big: UploadSource = {
    size,
    async *open(range) {
      const { start, end } = range ?? { start: 0, end: size - 1 };
      for (let at = start; at <= end; at += 1 << 20) yield new Uint8Array(Math.min(1 << 20, end + 1 - at));
    },
  };

  it('goes on where it broke off, and gives the destination its precondition', async () => {
    const chunk = (name: string, length: number, folder: string) =>
      davResponse(`${folder}${name}`, { size: length });
    const { remote, requests } = await openScripted('nextcloud', ({ method, url }) => {
      const { pathname } = url;
      if (method === 'PUT' || method === 'MOVE') return { status: 201, headers: { 'oc-etag': '"e9"' } };
      if (method === 'GET') return { status: 200, headers: { etag: '"e9"' }, body: big.open() };
      if (pathname.includes('/uploads/')) {
        const there = chunk('00001', 16 * 1024 * 1024, pathname) + chunk('00002', 5, pathname);
        return multistatus(davResponse(pathname) + there);
      }
      return multistatus(davResponse(`${mount}big`, { size, etag: 'e9' }));
    });
    const entry = await remote.write('big', big, { ifMatch: 'e8', mtime });
    expect(entry.etag).toBe('e9');
    const puts = requests.filter((request) => request.method === 'PUT');
    expect(puts.map((request) => request.url.pathname.slice(-5)).sort()).toEqual(['00002', '00003', '00004']);
    const move = requests.find((request) => request.method === 'MOVE');
    expect(move?.headers).toMatchObject({
      destination: `${mount}big`,
      if: `<${mount}big> (["e8"])`,
      'oc-total-length': String(size),
    });
  });

  it('begins anew after chunks that do not fit', async () => {
    const { remote, requests } = await openScripted('nextcloud', ({ method }) => {
      if (method === 'PROPFIND') return { status: 404 };
      if (method === 'MOVE') return { status: 400 };
      return { status: 201 };
    });
    await expect(remote.write('big', big, { ifAbsent: true, mtime })).rejects.toMatchObject({
      code: 'upload-damaged',
    });
    expect(requests.at(-1)?.method).toBe('DELETE');
  });
});

describe('statuses become codes', () => {
  it.each(['mkdir', 'move'] as const)('of a %s whose result somebody else took away', async (call) => {
    const { remote } = await openScripted('nextcloud', ({ method, url }) => {
      if (method !== 'PROPFIND') return { status: 201 };
      const isThere = url.pathname.endsWith('/a');
      return isThere ? multistatus(davResponse(`${mount}a`, { size: 1, etag: 'e1' })) : { status: 404 };
    });
    const made = call === 'mkdir' ? remote.mkdir('b') : remote.move('a', 'b');
    await expect(made).rejects.toMatchObject({ code: 'target-changed' });
  });

  it.each([
    [401, 'not-signed-in'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [412, 'target-changed'],
    [414, 'name-impossible'],
    [423, 'locked'],
    [429, 'too-many-requests'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [507, 'quota-exceeded'],
    [302, 'server-answer-odd'],
    [418, 'server-answer-odd'],
  ])('%i', async (status, code) => {
    const headers = { 'retry-after': '17' };
    const { remote } = await openScripted('holdfast', () => ({ status, headers }));
    const removing = remote.remove('a', { ifMatch: 'e' });
    await expect(removing).rejects.toMatchObject({ code, details: { status, retryAfterSeconds: 17 } });
  });

  it.each([
    { headers: { 'x-nextcloud-maintenance-mode': '1', 'retry-after': '120' } },
    {
      body: '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\ServiceUnavailable</s:exception><s:message>System in maintenance mode.</s:message></d:error>',
    },
  ])('maintenance is said in words, and holds back what comes next', async (answer) => {
    const { remote, requests } = await openScripted('nextcloud', () => ({ status: 503, ...answer }));
    const message = expect.stringContaining('maintenance');
    await expect(remote.stat('a')).rejects.toMatchObject({ code: 'unavailable', details: { message } });
    await expect(remote.stat('b')).rejects.toMatchObject({ code: 'unavailable' });
    expect(requests).toHaveLength('headers' in answer ? 1 : 2);
  });

  it('names the server cannot hold, by the class of the error', async () => {
    const body =
      '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>OCA\\DAV\\Connector\\Sabre\\Exception\\InvalidPath</s:exception></d:error>';
    const { remote } = await openScripted('nextcloud', () => ({ status: 400, body }));
    await expect(remote.mkdir('a:b')).rejects.toMatchObject({ code: 'name-impossible' });
  });

  it('an error page of any size is not read to its end', async () => {
    const endless = async function* () {
      for (;;) yield new Uint8Array(65_536).fill(32);
    };
    const { remote } = await openScripted('holdfast', () => ({ status: 500, body: endless() }));
    await expect(remote.mkdir('a')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('downloads', () => {
  const read = async (answer: ScriptedAnswer, options = {}) => {
    const { remote, requests } = await openScripted('holdfast', () => answer);
    const download = await remote.read('a', options);
    const chunks: Uint8Array[] = [];
    for await (const chunk of download.body) chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString(), download, requests };
  };
  const headers = { etag: '"e1"', 'content-length': '11' };

  it('that end too early are damaged', async () => {
    await expect(read({ status: 200, headers, body: 'hello' })).rejects.toMatchObject({
      code: 'download-damaged',
    });
  });

  it('go on in the middle, also where the server knows no ranges', async () => {
    const options = { start: 6, ifMatch: 'e1' };
    const whole = await read({ status: 200, headers, body: 'hello world' }, options);
    expect(whole.text).toBe('world');
    expect(whole.requests[0]?.headers.range).toBe('bytes=6-');
    const range = { etag: 'W/"e1-gzip"', 'content-length': '5', 'content-range': 'bytes 6-10/11' };
    const part = await read({ status: 206, headers: range, body: 'world' }, options);
    expect(part.text).toBe('world');
    expect(part.download.size).toBe(11);
  });

  it('of another version or another range are refused', async () => {
    const other = { status: 200, headers: { etag: '"e2"' }, body: 'hello world' };
    await expect(read(other, { ifMatch: 'e1' })).rejects.toMatchObject({ code: 'target-changed' });
    const range = { etag: '"e1"', 'content-range': 'bytes 0-4/11' };
    const wrong = read({ status: 206, headers: range, body: 'hello' }, { start: 6, ifMatch: 'e1' });
    await expect(wrong).rejects.toMatchObject({ code: 'server-answer-odd' });
  });
});

describe('the change feed', () => {
  const feed = (responses: string) => multistatus(responses, '<d:sync-token>t2</d:sync-token>');
  const file = (name: string, id: number) =>
    davResponse(mount + name, { size: 1, extra: `<hf:node>${id}</hf:node>` });
  const gone = (name: string, id: number) =>
    `<d:response><d:href>${mount}${name}</d:href><d:status>HTTP/1.1 404 N</d:status><hf:node>${id}</hf:node></d:response>`;

  async function look(cursor: string | undefined, answers: ScriptedAnswer[]) {
    const { remote, requests } = await openScripted('holdfast', ({ method, url }) => {
      if (method === 'REPORT') return answers.shift() ?? { status: 500 };
      if (method === 'PROPFIND') return multistatus(davResponse(mount));
      expect(url.pathname).toBe('/ocs/v1.php/cloud/capabilities');
      const capabilities = { holdfast: { instanceId: 'inst', epoch: 'restored' } };
      return { status: 200, body: JSON.stringify({ ocs: { data: { capabilities } } }) };
    });
    const changes = [];
    for await (const change of remote.changes(cursor, () => undefined)) changes.push(change);
    return { changes, requests, remote };
  }

  it('names what is there and what is gone since the token', async () => {
    const { changes, requests } = await look('t1', [feed(file('a', 1) + gone('b', 2))]);
    expect(changes).toMatchObject([
      { type: 'entry', entry: { path: 'a', id: '1' } },
      { type: 'gone', path: 'b', id: '2' },
      { type: 'end', cursor: 't2', whole: false },
    ]);
    expect(requests[0]?.sent).toContain('<d:sync-token>t1</d:sync-token>');
    expect(requests[0]?.sent).toContain('<hf:by-id/>');
  });

  it('goes on page by page', async () => {
    const truncated = `<d:response><d:href>${mount}</d:href><d:status>HTTP/1.1 507 F</d:status></d:response>`;
    const { changes, requests } = await look('t1', [feed(file('a', 1) + truncated), feed(file('b', 2))]);
    expect(changes.map((change) => change.type)).toEqual(['entry', 'entry', 'end']);
    expect(requests[1]?.sent).toContain('<d:sync-token>t2</d:sync-token>');
  });

  it('starts anew, whole, when the token is not known any more', async () => {
    const invalid = { status: 403, body: '<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>' };
    const { changes } = await look('old', [invalid, feed(file('a', 1))]);
    expect(changes).toMatchObject([{ type: 'entry' }, { type: 'entry' }, { type: 'end', whole: true }]);
  });

  it('R4 a whole reading says which epoch the server is in by now, an incremental one needs not', async () => {
    const { changes, remote } = await look(undefined, [feed(file('a', 1))]);
    expect(changes.at(-1)).toEqual({ type: 'end', cursor: 't2', whole: true, epoch: 'restored' });
    expect(remote.profile.epoch).toBe('restored');
    const { requests } = await look('t1', [feed(file('a', 1))]);
    expect(requests).toHaveLength(1);
  });

  it('a whole reading leaves out what vanished on the way', async () => {
    const { changes } = await look(undefined, [feed(file('a', 1) + file('b', 2) + gone('a', 1))]);
    const paths = changes.map((change) => (change.type === 'entry' ? change.entry.path : change.type));
    expect(paths).toEqual(['', 'b', 'end']);
  });
});
