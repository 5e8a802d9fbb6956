import { parseXml, type XmlElement } from '@holdfast/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DavWorld, openDavWorld, xmlns } from './testing/dav-world.ts';

let dav: DavWorld;
beforeAll(async () => {
  dav = await openDavWorld();
  await dav.send('MKCOL', '/a%20b');
  await dav.send('PUT', '/a%20b/%C3%BC%26.txt', {
    body: 'abc',
    headers: { 'oc-checksum': 'MD5:900150983cd24fb0d6963f7d28e17f72' },
  });
  await dav.send('MKCOL', '/a%20b/sub');
});
afterAll(() => dav.close());

const hrefs = (body: string) =>
  [...body.matchAll(/<d:response><d:href>([^<]*)<\/d:href>/g)].map((match) => match[1]);
const find = (element: XmlElement, name: string): XmlElement[] => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap((child) => find(child, name)),
];
const patch = (path: string, inner: string, headers: Record<string, string> = {}) =>
  dav.send('PROPPATCH', path, { headers, body: `<d:propertyupdate ${xmlns}>${inner}</d:propertyupdate>` });
const set = (inner: string) => `<d:set><d:prop>${inner}</d:prop></d:set>`;

describe('PROPFIND', () => {
  test('what sync clients ask, as they are used to be answered', async () => {
    const props =
      '<d:resourcetype/><d:getlastmodified/><d:getcontentlength/><d:getetag/><oc:size/><oc:id/><oc:fileid/><oc:downloadURL/><oc:dDC/><oc:permissions/><oc:checksums/><oc:data-fingerprint/><oc:share-types/>';
    const answer = await dav.send('PROPFIND', '/remote.php/dav/files/ann/a%20b/', {
      headers: { depth: '1', 'content-type': 'text/xml; charset=utf-8' },
      // Stray text, as one client in the wild sends it.
      body: `<?xml version="1.0" ?>\n<d:propfind ${xmlns}><d:prop>${props}</d:prop>M</d:propfind>`,
    });
    expect(answer.statusCode).toBe(207);
    expect(answer.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(hrefs(answer.body)).toEqual([
      '/remote.php/dav/files/ann/a%20b/',
      '/remote.php/dav/files/ann/a%20b/sub/',
      '/remote.php/dav/files/ann/a%20b/%C3%BC%26.txt',
    ]);
    const file = answer.body.slice(answer.body.indexOf('.txt</d:href>'));
    expect(file).toMatch(/<d:getetag>&quot;[^&<]+&quot;<\/d:getetag>/);
    expect(file).toMatch(/<oc:id>(\d{8,})[a-z0-9]+<\/oc:id>/);
    expect(file).toContain('<oc:permissions>RGDNVW</oc:permissions>');
    expect(file).toMatch(
      /<oc:checksum>SHA256:[0-9a-f]{64} MD5:900150983cd24fb0d6963f7d28e17f72<\/oc:checksum>/,
    );
    expect(file).toMatch(/<oc:downloadURL\/><oc:dDC\/>.*404 Not Found/);
    const folder = answer.body.slice(0, answer.body.indexOf('</d:response>'));
    expect(folder).toContain('<d:resourcetype><d:collection/></d:resourcetype>');
    expect(folder).toContain('<oc:permissions>RGDNVCK</oc:permissions>');
    expect(folder).toContain('<oc:size>3</oc:size>');
    expect(folder).toMatch(/<d:getcontentlength\/>.*<oc:checksums\/>.*404 Not Found/);
    parseXml(answer.body);
  });

  test('the root knows the epoch and the quota', async () => {
    const root = await dav.propfind(
      '/',
      '<oc:data-fingerprint/><d:quota-available-bytes/><d:quota-used-bytes/>',
      {
        as: 'poor',
      },
    );
    expect(root.body).toContain(`<oc:data-fingerprint>${dav.files.identity.epoch}</oc:data-fingerprint>`);
    expect(root.body).toContain('<d:quota-available-bytes>1000</d:quota-available-bytes>');
    expect(root.body).toContain('<d:quota-used-bytes>0</d:quota-used-bytes>');
  });

  test('allprop, with what is included; propname', async () => {
    const all = await dav.send('PROPFIND', '/a%20b/%C3%BC%26.txt', { headers: { depth: '0' } });
    expect(all.body).toContain('<d:getcontenttype>text/plain</d:getcontenttype>');
    expect(all.body).not.toContain('404');
    expect(all.body).not.toContain('quota');
    const more = await dav.send('PROPFIND', '/', {
      headers: { depth: '0' },
      body: '<propfind xmlns="DAV:"><allprop/><include><quota-used-bytes/><nonsense/></include></propfind>',
    });
    expect(more.body).toContain('<d:quota-used-bytes>');
    const names = await dav.send('PROPFIND', '/', {
      headers: { depth: '0' },
      body: '<propfind xmlns="DAV:"><propname/></propfind>',
    });
    expect(names.body).toContain('<d:getetag/>');
  });

  test('return=minimal leaves out what is missing', async () => {
    const answer = await dav.propfind('/', '<d:getetag/><oc:nonsense/>', {
      headers: { prefer: 'return=minimal' },
    });
    expect(answer.body).not.toContain('nonsense');
  });

  test.each([
    ['infinity', '', 403],
    ['2', '', 400],
    ['0', '<nonsense', 400],
    ['0', '<!DOCTYPE a []><propfind xmlns="DAV:"><allprop/></propfind>', 400],
    ['0', Buffer.from([0xff, 0xff, 0x00]), 400],
    ['0', `<propfind xmlns="DAV:"><allprop/>${' '.repeat(1024 * 1024)}</propfind>`, 413],
  ])('S21 Depth %s with a body it cannot use', async (depth, body, status) => {
    const answer = await dav.send('PROPFIND', '/', { headers: { depth }, body });
    expect(answer.statusCode).toBe(status);
  });

  test('without Depth it would be the whole tree: refused by name', async () => {
    const answer = await dav.send('PROPFIND', '/');
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('<d:propfind-finite-depth/>');
  });

  test('404 in the form clients know', async () => {
    const answer = await dav.propfind('/nothing', '<d:getetag/>');
    expect(answer.statusCode).toBe(404);
    expect(answer.body).toContain('<s:exception>Sabre\\DAV\\Exception\\NotFound</s:exception>');
  });

  test('a UTF-16 body', async () => {
    const body = Buffer.from(`\u{FEFF}<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`, 'utf16le');
    expect((await dav.send('PROPFIND', '/', { headers: { depth: '0' }, body })).statusCode).toBe(207);
  });

  test('clients that walk down from the root find the tree', async () => {
    const walk = async (path: string) =>
      hrefs((await dav.propfind(path, '<d:resourcetype/><d:current-user-principal/>', { depth: '1' })).body);
    expect(await walk('/remote.php/dav/')).toContain('/remote.php/dav/files/');
    expect(await walk('/remote.php/dav/files')).toEqual([
      '/remote.php/dav/files/',
      '/remote.php/dav/files/ann/',
    ]);
    expect(await walk('/remote.php/dav/principals/users/ann/')).toEqual([
      '/remote.php/dav/principals/users/ann/',
    ]);
    expect(
      (await dav.propfind('/remote.php/dav/principals/users/poor/', '<d:displayname/>')).statusCode,
    ).toBe(404);
  });

  test('3,000 entries come whole', async () => {
    await dav.send('MKCOL', '/many');
    for (let i = 0; i < 2100; i++) {
      await dav.files.mkdir({ userId: 'ann', read: true, write: true, delete: true }, `many/${i}`);
    }
    const answer = await dav.propfind('/many', '<d:getetag/>', { depth: '1' });
    expect(hrefs(answer.body).length).toBe(2101);
    expect(answer.body.endsWith('</d:multistatus>')).toBe(true);
  });
});

describe('PROPPATCH', () => {
  test.each([
    ['text', '<x:p xmlns:x="urn:x">value &amp; more</x:p>'],
    ['nothing', '<p xmlns="urn:x"/>'],
    ['no namespace', '<p xmlns="">v</p>'],
    ['mixed content', '<x:p xmlns:x="urn:x">one <x:b y="&quot;">two</x:b> <c xmlns="">three</c>\n</x:p>'],
    ['unicode', '<x:p xmlns:x="http://ex.org/ü">\u{10000}é</x:p>'],
    ['a language', '<x:p xmlns:x="urn:x" xml:lang="de">Wert</x:p>'],
  ])('keeps %s as it was sent (RFC 4918 §4.3)', async (_, xml) => {
    const sent = parseXml(xml);
    expect((await patch('/a%20b', set(xml))).body).toContain('200 OK');
    const got = await dav.propfind('/a%20b', xml.replace(/>.*$/s, '/>').replace('//>', '/>'));
    expect(find(parseXml(got.body), 'p')).toEqual([sent]);
    await patch('/a%20b', `<d:remove><d:prop>${xml}</d:prop></d:remove>`);
    expect((await dav.propfind('/a%20b', xml)).body).toContain('404 Not Found');
  });

  test('all or nothing', async () => {
    const answer = await patch('/a%20b', set('<good xmlns="urn:x">1</good><d:getetag>x</d:getetag>'));
    expect(answer.statusCode).toBe(207);
    expect(answer.body).toMatch(/<d:getetag\/><\/d:prop><d:status>HTTP\/1.1 403/);
    expect(answer.body).toContain('<d:cannot-modify-protected-property/>');
    expect(answer.body).toMatch(/424 Failed Dependency/);
    expect((await dav.propfind('/a%20b', '<good xmlns="urn:x"/>')).body).toContain('404 Not Found');
  });

  test('instructions run in document order', async () => {
    await patch(
      '/a%20b',
      `${set('<o xmlns="urn:x">1</o>')}<d:remove><d:prop><o xmlns="urn:x"/></d:prop></d:remove>${set('<o xmlns="urn:x">2</o>')}`,
    );
    expect((await dav.propfind('/a%20b', '<o xmlns="urn:x"/>')).body).toMatch(/>2<\//);
  });

  test('writable live properties', async () => {
    const path = '/a%20b/%C3%BC%26.txt';
    await patch(path, set('<d:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</d:getlastmodified>'));
    expect((await dav.propfind(path, '<hf:mtime/>')).body).toContain('<hf:mtime>784111777</hf:mtime>');
    await patch(
      path,
      set('<hf:mtime>-5.25</hf:mtime><oc:favorite>1</oc:favorite><hf:executable>1</hf:executable>'),
    );
    const found = (await dav.propfind(path, '<hf:mtime/><oc:favorite/><hf:executable/>')).body;
    expect(found).toContain(
      '<hf:mtime>-5.250000000</hf:mtime><oc:favorite>1</oc:favorite><hf:executable>1</hf:executable>',
    );
    await patch(path, set('<d:lastmodified>1000</d:lastmodified>'));
    expect((await dav.propfind(path, '<d:getlastmodified/>')).body).toContain('00:16:40');
  });

  test.each([
    '<d:getlastmodified>soon</d:getlastmodified>',
    '<hf:mtime>x</hf:mtime>',
    '<oc:favorite>maybe</oc:favorite>',
  ])('409 for %s', async (xml) => {
    expect((await patch('/a%20b', set(xml))).body).toContain('409 Conflict');
  });

  test('S21 bodies and conditions that do not hold', async () => {
    expect((await dav.send('PROPPATCH', '/', { body: '' })).statusCode).toBe(400);
    expect((await dav.send('PROPPATCH', '/', { body: '<a/>' })).statusCode).toBe(400);
    expect((await patch('/nothing', set('<p xmlns="urn:x"/>'))).statusCode).toBe(404);
    expect((await patch('/a%20b', set('<p xmlns="urn:x"/>'), { if: '(["x"])' })).statusCode).toBe(412);
    const deep = set(`${'<p xmlns="urn:x">'.repeat(100)}${'</p>'.repeat(100)}`);
    expect((await patch('/a%20b', deep)).statusCode).toBe(400);
  });
});
