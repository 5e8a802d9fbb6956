import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DavResponse, MultistatusReader } from './parse-multistatus.ts';

const sample = `<?xml version="1.0"?>
<D:multistatus xmlns:D="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:hf="urn:holdfast:dav">
 <D:response><D:href>/dav/sub%20dir/</D:href>
  <D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype><D:getetag>&quot;e1&quot;</D:getetag>
   <oc:checksums><oc:checksum>SHA1:aa</oc:checksum><oc:checksum>MD5:bb</oc:checksum></oc:checksums></D:prop>
   <D:status>HTTP/1.1 200 OK</D:status></D:propstat>
  <D:propstat><D:status>HTTP/1.1 404 Not Found</D:status><D:prop><oc:id>no</oc:id></D:prop></D:propstat></D:response>
 <D:response><D:href>/dav/gone</D:href><D:status>HTTP/1.1 404 Not Found</D:status><hf:node>42</hf:node></D:response>
 <D:sync-token>urn:token:7</D:sync-token>
</D:multistatus>`;

function readAll(
  text: string,
  pieces = 1,
  reader = new MultistatusReader(),
): [DavResponse[], MultistatusReader] {
  const out: DavResponse[] = [];
  const step = Math.max(1, Math.ceil(text.length / pieces));
  for (let at = 0; at < text.length; at += step) {
    reader.write(text.slice(at, at + step));
    out.push(...reader.take());
  }
  reader.close();
  return [out, reader];
}

const wrap = (inside: string) => `<d:multistatus xmlns:d="DAV:">${inside}</d:multistatus>`;

describe('MultistatusReader', () => {
  it('reads properties that were found, collections, bare statuses and the sync token', () => {
    const [responses, reader] = readAll(sample);
    expect(responses).toHaveLength(2);
    expect(responses[0]).toMatchObject({ href: '/dav/sub%20dir/', status: undefined, isCollection: true });
    expect(responses[0]?.props.get('{DAV:}getetag')).toBe('"e1"');
    expect(responses[0]?.props.get('{http://owncloud.org/ns}checksums')).toBe('SHA1:aa MD5:bb');
    expect(responses[0]?.props.has('{http://owncloud.org/ns}id')).toBe(false);
    expect(responses[1]).toMatchObject({ href: '/dav/gone', status: 404, isCollection: false });
    expect(responses[1]?.props.get('{urn:holdfast:dav}node')).toBe('42');
    expect(reader.syncToken).toBe('urn:token:7');
  });

  it('gives the same however the text is cut into pieces', () => {
    const pieces = fc.integer({ min: 1, max: sample.length });
    const whole = readAll(sample)[0];
    fc.assert(
      fc.property(pieces, (count) => {
        expect(readAll(sample, count)[0]).toEqual(whole);
      }),
      { seed: 6578 },
    );
  });

  it('R4 refuses an answer that is cut off anywhere', () => {
    for (let length = 0; length < sample.length; length++) {
      expect(() => readAll(sample.slice(0, length))).toThrow(expect.objectContaining({ code: 'bad-xml' }));
    }
  });

  it.each([
    ['HTML', '<html><body>Sign in</body></html>'],
    ['a multistatus of no namespace', '<multistatus/>'],
    ['a DOCTYPE', `<!DOCTYPE d [<!ENTITY a "b">]>${wrap('')}`],
    ['an unknown entity', wrap('<d:response><d:href>&a;</d:href></d:response>')],
    ['a response without href', wrap('<d:response><d:status>HTTP/1.1 200 OK</d:status></d:response>')],
    ['a malformed status', wrap('<d:response><d:href>/</d:href><d:status>fine</d:status></d:response>')],
    [
      'a propstat without status',
      wrap('<d:response><d:href>/</d:href><d:propstat><d:prop/></d:propstat></d:response>'),
    ],
    ['text after the end', `${wrap('')}<more/>`],
    ['nothing', ''],
    ['deep nesting', wrap('<d:x>'.repeat(100))],
  ])('S21 refuses %s', (_what, text) => {
    expect(() => readAll(text)).toThrow(expect.objectContaining({ code: 'bad-xml' }));
  });

  it('S21 refuses more responses or longer values than allowed', () => {
    const one = '<d:response><d:href>/a</d:href><d:status>HTTP/1.1 200 OK</d:status></d:response>';
    expect(() => readAll(wrap(one.repeat(3)), 1, new MultistatusReader({ maxResponses: 2 }))).toThrow(
      'too long',
    );
    const long = `<d:response><d:href>/${'a'.repeat(100)}</d:href></d:response>`;
    expect(() => readAll(wrap(long), 1, new MultistatusReader({ maxText: 50 }))).toThrow('too long');
  });

  it('accepts an empty multistatus and stray text', () => {
    expect(readAll(`${wrap('M')}\n`)[0]).toEqual([]);
  });
});
