import { AppError } from '@holdfast/base';
import { describe, expect, it } from 'vitest';
import { readMultistatus } from './read-multistatus.ts';
import type { Remote, RemoteChange } from './remote.ts';
import { davResponse, multistatus, openScripted } from './testing/fake-servers.ts';
import type { ScriptedAnswer } from './testing/scripted-fetch.ts';

async function lookAtAll(remote: Remote): Promise<RemoteChange[]> {
  const out: RemoteChange[] = [];
  for await (const change of remote.changes(undefined, () => undefined)) out.push(change);
  return out;
}

const doubtful = { code: 'listing-doubtful' };
const self = davResponse('/f/');

/** A plain server whose Depth 1 listing of the folder is `answer`. */
async function looking(answer: ScriptedAnswer): Promise<RemoteChange[]> {
  const { remote } = await openScripted('webdav', (request) =>
    request.headers.depth === '0' ? multistatus(self) : answer,
  );
  return await lookAtAll(remote);
}

describe('R4 a doubtful listing is never believed', () => {
  const whole = multistatus(self + davResponse('/f/a', { size: 1 }));
  const { body, headers } = whole as { body: string; headers: Record<string, string> };

  it('cut off anywhere', async () => {
    for (let length = 0; length < body.length; length += 7) {
      await expect(looking({ status: 207, headers, body: body.slice(0, length) })).rejects.toMatchObject(
        doubtful,
      );
    }
  });

  it.each([
    [
      'a sign-in page with 200',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' },
    ],
    ['a page with 207', { status: 207, headers: { 'content-type': 'text/html' }, body }],
    ['no content type', { status: 207, body }],
    ['an empty body', { status: 207, headers }],
    ['no response at all', multistatus('')],
    ['bytes that are not UTF-8', { status: 207, headers, body: new Uint8Array([0x3c, 0xff, 0xfe]) }],
    ['a DOCTYPE', { status: 207, headers, body: `<!DOCTYPE x [<!ENTITY a "b">]>${body}` }],
    ['another folder first', multistatus(davResponse('/g/') + self)],
    ['a child first', multistatus(davResponse('/f/a', { size: 1 }) + self)],
    ['a file in its place', multistatus(davResponse('/f', { size: 3 }))],
    ['something outside', multistatus(self + davResponse('/etc/passwd', { size: 1 }))],
    ['something whose name begins alike', multistatus(self + davResponse('/folder/a', { size: 1 }))],
    ['a way up', multistatus(self + davResponse('/f/../g', { size: 1 }))],
    ['an encoded way up', multistatus(self + davResponse('/f/%2e%2e/g', { size: 1 }))],
    ['an encoded slash', multistatus(self + davResponse('/f/a%2Fb', { size: 1 }))],
    ['a NUL', multistatus(self + davResponse('/f/a%00', { size: 1 }))],
    ['encoding that is not UTF-8', multistatus(self + davResponse('/f/%ff', { size: 1 }))],
    ['a grandchild', multistatus(self + davResponse('/f/a/b', { size: 1 }))],
    ['the folder itself once more', multistatus(self + self)],
    ['a file without its size', multistatus(self + davResponse('/f/a', { size: -1 }))],
    [
      'a child with an error',
      multistatus(`${self}<d:response><d:href>/f/a</d:href><d:status>HTTP/1.1 500 E</d:status></d:response>`),
    ],
    [
      'one name twice, in different ways',
      multistatus(self + davResponse('/f/a', { size: 1 }) + davResponse('/f/a', { size: 2 })),
    ],
  ] satisfies [string, ScriptedAnswer][])('%s', async (_what, answer) => {
    await expect(looking(answer)).rejects.toMatchObject(doubtful);
  });

  it('a connection that breaks in the middle', async () => {
    const broken = async function* () {
      yield new TextEncoder().encode(body.slice(0, 80));
      throw new Error('socket hang up');
    };
    await expect(looking({ status: 207, headers, body: broken() })).rejects.toMatchObject(doubtful);
  });

  it('a body without end, or with too many entries', async () => {
    const endless = async function* () {
      yield new TextEncoder().encode(body.slice(0, -'</d:multistatus>'.length));
      for (;;) yield new TextEncoder().encode(davResponse('/f/a', { size: 1 }));
    };
    const response = () => ({ status: 207, headers: { get: () => 'text/xml' }, body: endless() });
    const drain = async (limits: object) => {
      for await (const group of readMultistatus(response(), limits)) expect(group.length).toBeGreaterThan(0);
    };
    await expect(drain({ maxBytes: 100_000 })).rejects.toMatchObject(doubtful);
    await expect(drain({ maxResponses: 50 })).rejects.toMatchObject(doubtful);
  });

  it('a feed without a token, that names something outside, or never ends', async () => {
    const mount = '/remote.php/dav/files/ana/f/';
    const truncated = `<d:response><d:href>${mount}</d:href><d:status>HTTP/1.1 507 Full</d:status></d:response>`;
    const token = '<d:sync-token>t</d:sync-token>';
    for (const answer of [
      multistatus(davResponse(`${mount}a`, { size: 1 })),
      multistatus(davResponse('/remote.php/dav/files/ben/f/a', { size: 1 }), token),
      multistatus(truncated, token),
    ]) {
      const { remote } = await openScripted('holdfast', (request) =>
        request.method === 'REPORT' ? answer : multistatus(davResponse(mount)),
      );
      await expect(lookAtAll(remote)).rejects.toMatchObject(doubtful);
    }
  });
});

describe('odd listings that can be understood', () => {
  it.each([
    ['whole addresses of another host', ['http://internal:8080/f/', 'http://internal:8080/f/a%20b']],
    ['relative addresses', ['./', 'a%20b']],
    ['a folder without its slash', ['/f', '/f/a%20b']],
    ['doubled slashes', ['//f//', '/f//a%20b']],
    ['the same thing twice', ['/f/', '/f/a%20b', '/f/a%20b']],
  ])('%s', async (_what, [first = '', ...hrefs]) => {
    const children = hrefs.map((href) => davResponse(href, { size: 1 })).join('');
    // A path that begins with two slashes is no address of another host here.
    const changes = await looking(multistatus(davResponse(first) + children));
    const paths = changes.map((change) => (change.type === 'entry' ? change.entry.path : change.type));
    expect(paths).toEqual(['', 'a b', 'end']);
  });

  it('addresses that are encoded twice', async () => {
    const { remote } = await openScripted('webdav', (request) => {
      const here = request.url.pathname.includes('s%20d') ? '/f/s%2520d/' : '/f/';
      if (request.headers.depth === '0') return multistatus(davResponse(here));
      const inside = here === '/f/' ? davResponse('/f/s%20d/') : davResponse(`${here}c%2520d`, { size: 1 });
      return multistatus(davResponse(here) + inside);
    });
    const changes = await lookAtAll(remote);
    const paths = changes.map((change) => (change.type === 'entry' ? change.entry.path : change.type));
    expect(paths).toEqual(['', 's d', 's d/c d', 'end']);
  });

  it('our own waiting uploads are no files', async () => {
    const waiting = davResponse('/f/.holdfast-upload-0011', { size: 1 });
    const changes = await looking(multistatus(self + waiting));
    expect(changes.map((change) => change.type)).toEqual(['entry', 'end']);
  });
});

it('R4 a folder that is not there is no empty folder', async () => {
  for (const kind of ['webdav', 'nextcloud', 'holdfast'] as const) {
    const { remote } = await openScripted(kind, () => ({ status: 404 }));
    await expect(lookAtAll(remote)).rejects.toBeInstanceOf(AppError);
    await expect(lookAtAll(remote)).rejects.toMatchObject({ code: 'not-found' });
  }
});
