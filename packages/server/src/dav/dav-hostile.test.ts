import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavWorld, openDavWorld, xmlns } from './testing/dav-world.ts';

let dav: DavWorld;
beforeAll(async () => {
  dav = await openDavWorld();
  await dav.send('MKCOL', '/d');
  await dav.send('PUT', '/d/f', { body: 'content' });
});
afterAll(() => dav.close());

const methods = [
  ...['GET', 'HEAD', 'PUT', 'DELETE', 'PROPFIND', 'PROPPATCH', 'MKCOL', 'COPY', 'MOVE', 'LOCK', 'UNLOCK'],
  ...['REPORT', 'OPTIONS', 'POST', 'PATCH'],
];
const paths = [
  ...[
    '/',
    '/d',
    '/d/',
    '/d/f',
    '/d/f/',
    '/d/f/x',
    '/none',
    '/d//f',
    '/%00',
    '/%2F',
    '/%',
    '/%ff',
    '/%E2%82',
    '/.',
  ],
  ...[
    '/con',
    '/a\\b',
    '/d/%F0%9F%98%80',
    `/${'x'.repeat(255)}`,
    `/${'y/'.repeat(300)}`,
    '/d/f?x=1',
    '/d%0d%0ax',
  ],
  ...[
    '/remote.php/dav',
    '/remote.php/dav/files/',
    '/remote.php/dav/files/ann',
    '/remote.php/dav/files/%61nn/d',
  ],
  ...['/remote.php/dav/files/poor/d', '/remote.php/dav/uploads/ann', '/remote.php/dav/uploads/ann/1/.file'],
  ...['/remote.php/dav/uploads/ann/1/00001', '/remote.php/dav/uploads/ann/1', '/remote.php/dav/bulk'],
  ...['/remote.php/dav/principals/users/ann', '/remote.php/dav/trashbin/ann', '/dav', '/dav/d/f'],
];
const values = [
  ...[
    '',
    '*',
    '0',
    '1',
    'infinity',
    '-1',
    'T',
    'F',
    'x',
    '"',
    '""',
    'W/"x"',
    '"a","b"',
    'bytes=0-0',
    'bytes=-1',
  ],
  ...[
    'bytes=9999999999999999-',
    '/dav/d',
    '/dav/d/f',
    '/dav/none/x',
    '/dav/%zz',
    'http://node.example/dav/n',
  ],
  ...['http://other.example/x', '<urn:uuid:1>', '(<urn:uuid:1>)', '</dav/d> (["x"])', '(Not <DAV:no-lock>)'],
  ...[
    'Second-1',
    'Infinite',
    'SHA1:00',
    'MD5:900150983cd24fb0d6963f7d28e17f72',
    '1719930000.5',
    '-1e99',
    'all',
  ],
  ...[
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'multipart/related; boundary=b',
    'application/xml',
    'gzip',
    'x'.repeat(5000),
  ],
];
const headers = [
  ...['depth', 'destination', 'overwrite', 'if', 'if-match', 'if-none-match', 'if-range', 'range', 'timeout'],
  ...[
    'if-modified-since',
    'if-unmodified-since',
    'lock-token',
    'oc-checksum',
    'oc-total-length',
    'x-oc-mtime',
  ],
  ...['x-oc-ctime', 'content-range', 'content-type', 'content-encoding', 'x-hash', 'hf-executable', 'prefer'],
  ...['x-nc-webdav-automkcol', 'oc-chunk-offset'],
];
const bodies = [
  ...[
    '',
    'x',
    '<',
    '<a/>',
    '\0',
    '--b\r\n',
    '--b--',
    '--b\r\nContent-Length: 1\r\nX-File-Path: /d/g\r\n\r\nx\r\n--b--\r\n',
  ],
  `<d:propfind ${xmlns}><d:allprop/></d:propfind>`,
  `<d:propfind ${xmlns}><d:prop><d:getetag/><x/><oc:id/><constructor/><d:__proto__/></d:prop></d:propfind>`,
  `<d:propertyupdate ${xmlns}><d:set><d:prop><x>1</x><hf:mtime>1</hf:mtime></d:prop></d:set></d:propertyupdate>`,
  `<d:lockinfo ${xmlns}><d:lockscope><d:shared/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>`,
  `<d:sync-collection ${xmlns}><d:sync-token/><d:sync-level>1</d:sync-level><d:prop/></d:sync-collection>`,
  `<d:mkcol ${xmlns}><d:set><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop></d:set></d:mkcol>`,
];

describe('S21', () => {
  test('whatever is sent, the answer is a clear one and never a fault of the server', async () => {
    const request = fc.record({
      method: fc.constantFrom(...methods),
      path: fc.constantFrom(...paths),
      headers: fc.dictionary(fc.constantFrom(...headers), fc.constantFrom(...values), { maxKeys: 4 }),
      body: fc.constantFrom(...bodies),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, headers, body }) => {
        const bodyless = method === 'GET' || method === 'HEAD';
        const answer = await dav.send(method, path, { headers, ...(bodyless ? {} : { body }) });
        const fault = answer.statusCode >= 500 && ![502, 507].includes(answer.statusCode);
        expect(fault ? `${answer.statusCode} ${answer.body}` : '').toBe('');
        if (answer.statusCode >= 400 && method !== 'HEAD') {
          expect(answer.headers['content-type']).toMatch(/xml|json/);
        }
      }),
      { seed: 2104, numRuns: 3000 },
    );
    const faults = dav.server.log.filter(({ fields }) => fields.code === 'internal');
    expect(faults).toEqual([]);
  });

  test('concurrent writers of one file: one wins each time, nothing is torn', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => String(i).repeat(5_000));
    const answers = await Promise.all(bodies.map((body) => dav.send('PUT', '/race', { body })));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(1);
    expect(bodies).toContain((await dav.send('GET', '/race')).body);
    const etag = String((await dav.send('HEAD', '/race')).headers.etag);
    const guarded = await Promise.all(
      bodies.map((body) => dav.send('PUT', '/race', { body, headers: { 'if-match': etag } })),
    );
    expect(guarded.map(({ statusCode }) => statusCode).sort()).toEqual([204, ...Array(19).fill(412)]);
  });
});
